import type { Command } from "commander";
import type { ReleaseStrategy } from "../../strategies/strategy.ts";
import { examples } from "../arguments.ts";

/** The commands that speak to a controller; under the other strategies each says what to run instead. */
const commands = {
  abort: {
    description: "stop the release of a Rollout and send its traffic back; the config still asks for the canary",
    help: "The seconds until no request is routed to the canary are shown. Then: canaryctl retry, or canaryctl rollback.",
  },
  retry: {
    description: "begin the aborted release of a Rollout again, at its first step",
    help: "Refused where the Rollout is not aborted.",
  },
  undo: {
    description: "bring a rolling update back to the revision before it",
    help: "At once, also in the middle of the update; then the config agrees (canaryEnabled false).\nWith the other strategies: canaryctl rollback.",
  },
} as const satisfies Partial<Record<keyof ReleaseStrategy, { readonly description: string; readonly help: string }>>;

export function addControllerCommands(program: Command): void {
  for (const name of ["abort", "retry", "undo"] as const) {
    const { description, help } = commands[name];
    program
      .command(name)
      .description(description)
      .addHelpText("after", `\n${help}\n${examples(`canaryctl ${name}`)}`)
      .action(async (_options: unknown, command: Command) =>
        (await import("../controller-commands.ts")).run(name, command),
      );
  }
}

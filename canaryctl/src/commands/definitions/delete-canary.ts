import type { LabCommand } from "../../command-line/command.ts";
import { examples } from "../arguments.ts";

export function addDeleteCanary(program: LabCommand): void {
  program
    .command("delete-canary")
    .description("remove the canary's pods; refused while any traffic still reaches them")
    .addHelpText("after", examples("canaryctl rollback && canaryctl delete-canary"))
    .action(async (_options: unknown, command: LabCommand) => (await import("../delete-canary.ts")).run(command));
}

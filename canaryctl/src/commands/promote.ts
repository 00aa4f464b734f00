import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { addOverloadFlag, type OverloadFlag, optionsOf, overloadOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export function addPromote(program: Command): void {
  addOverloadFlag(program.command("promote"))
    .description("give the canary its next share of the traffic; with --full, make it the stable version")
    .option("--full", "skip what is left of the plan, and finish the release in the config too")
    .addHelpText(
      "after",
      `
istio, gateway-api, replica-ratio: canaryWeight goes to the next weight of \`plan\`.
rollout-canary, rollout-blue-green: the Rollout leaves its present pause; refused where it does not pause.
rolling-update, nginx-header: refused, for there are no stages.
--full, with every strategy: all the traffic to the canary, then stableImage := canaryImage, canaryWeight 0 and
canaryEnabled false in the config. Without --full nothing ever gets more traffic than the next stage says.
${examples("canaryctl promote", "canaryctl promote --full")}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { full, ...options } = optionsOf<{ readonly full?: boolean } & OverloadFlag>(command);
      const move = await openMove(openLab(options, overloadOf(options)));
      print([
        await runMove(move, (strategy, lab) => (full ? strategy.promoteFully(lab, say) : strategy.promote(lab, say))),
      ]);
    });
}

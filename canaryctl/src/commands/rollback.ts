import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { openForRollback, type RouteFlags } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { type Move, openRollback } from "../strategies/table.ts";
import { addRouteFlags, optionsOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export function addRollback(program: Command): void {
  addRouteFlags(program.command("rollback"))
    .description("send all traffic back to the stable side at once, then make config and state agree")
    .addHelpText(
      "after",
      `
istio, gateway-api: the route first, then canaryWeight 0. The canary's pods stay, without traffic.
replica-ratio: canaryWeight 0; pods of the stable side are ready before those of the canary go.
rollout-canary, rollout-blue-green: the Rollout is aborted first, then canaryEnabled false. The seconds are shown.
rolling-update: the Deployment turns back at once, pod after pod, also in the middle of an update; then canaryEnabled false.
nginx-header: canaryEnabled false.
${examples("canaryctl rollback", "canaryctl rollback --vs versioned-echo-virtualservice --host versioned-echo")}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { others, ...move } = await openRollback(openForRollback(optionsOf<RouteFlags>(command)), say);
      await haltOthers(others);
      print([await runMove(move, (strategy, lab) => strategy.rollback(lab, say))]);
    });
}

/** What runs in another namespace of the stack: an update to where its file says has not ended, and removes it when it does. */
async function haltOthers(others: readonly Move[]): Promise<void> {
  for (const { lab, strategy } of others) {
    const { namespace } = lab.config;
    const outcome = strategy.halt
      ? await strategy.halt(lab, say).then(
          () => "its traffic is sent to the stable side there too",
          (error: Error) => `its traffic could not be sent to the stable side there: ${error.message}`,
        )
      : "its traffic there moves with an update only";
    say(withNext(`The stack is still in namespace ${namespace}, too: ${outcome}.`, "npx canaryctl up"));
  }
}

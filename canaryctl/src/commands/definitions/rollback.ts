import type { LabCommand } from "../../command-line/command.ts";
import { addRouteFlags, examples } from "../arguments.ts";

export function addRollback(program: LabCommand): void {
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
    .action(async (_options: unknown, command: LabCommand) => (await import("../rollback.ts")).run(command));
}

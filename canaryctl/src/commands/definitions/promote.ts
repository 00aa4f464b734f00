import type { Command } from "commander";
import { addFollowFlag, addOverloadFlag, duration, examples } from "../arguments.ts";

export function addPromote(program: Command): void {
  addFollowFlag(addOverloadFlag(program.command("promote")))
    .description("give the canary its next share of the traffic; with --full, make it the stable version")
    .option("--full", "skip what is left of the plan, and finish the release in the config too")
    .option(
      "--now",
      "also before the bake time is over, while an alert of the canary fires or where the judge does not pass it; with --reason",
    )
    .option("--judge", "walk the whole plan by the judge's verdicts: advance, hold, or roll back at once")
    .option(
      "--patience <duration>",
      "with --judge: how long a step waits for a verdict after its bake time (10m)",
      duration,
    )
    .option("--plan <plan>", "with --judge: walk this plan and leave the config's key `plan` as it is; the same words")
    .option("--json", "with --judge: an object in each line")
    .addHelpText(
      "after",
      `
istio, gateway-api, replica-ratio: canaryWeight goes to the next weight of \`plan\`; refused before the bake time of
the present one is over, and with monitoring while an alert of the canary fires, Prometheus cannot be asked, or the
judge does not pass the canary (config key gate). --now goes past that, and needs a --reason, which the history keeps.
rollout-canary, rollout-blue-green: the Rollout leaves its present pause; refused where it does not pause. A release
that is at its end then is written to the config, as with --full.
rolling-update, nginx-header: refused, for there are no stages.
--full, with every strategy: all the traffic to the canary, then stableImage := canaryImage, canaryWeight 0 and
canaryEnabled false in the config. Without --full nothing ever gets more traffic than the next stage says.
--judge, with istio, gateway-api and replica-ratio (by pod, without the latency): counts the requests of both versions at
their callers' proxies each second. A canary that is worse than the stable side is rolled back at once; the next step comes
with a pass and after the bake time. Exit code: 0 promoted, 3 rolled back, 4 held (a person decides, or somebody else moved the
traffic), 5 no verdict, 130 after Ctrl-C, which on a terminal asks whether to hold or to roll back. Killed, it goes on where it
was when it is run again, with the same --plan; one promotion at a time.
${examples("canaryctl promote", "canaryctl promote --judge", "canaryctl promote --judge --plan 90-70-50-0", "canaryctl promote --full", 'canaryctl promote --now --reason "the old version leaks"')}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../promote.ts")).run(command));
}

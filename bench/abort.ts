import { readRollout } from "../canary/rollout/rollout-status.ts";
import { mustRun, type Outcome } from "../test/e2e/support/command.ts";
import { backToStart, enterStack, mustBeUp } from "../test/e2e/support/configure.ts";
import { canaryctl, labShell, namespace } from "../test/e2e/support/lab.ts";
import { liveRollout } from "../test/e2e/support/rollout.ts";
import { editConfig, keepConfig } from "../test/e2e/support/stack-config.ts";
import { routeInEffect, startSteadyLoad } from "../test/e2e/support/traffic.ts";
import { until } from "../test/e2e/support/until.ts";
import { secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** From the start of an abort to the last answer of v2, for a Rollout that waits with half of the traffic on v2; beside Argo's own plugin. */
export async function measureAbort(runs: number): Promise<Row> {
  const restore = keepConfig();
  try {
    await enterStack({ strategy: "rollout-canary", plan: { steps: [{ weight: 50, pause: true }] } });
    editConfig({ canaryEnabled: true });
    secondsOf(await canaryctl("up"));
    const measure = async (abort: () => Promise<Outcome>) => {
      if (readRollout(await liveRollout()).phase !== "Paused") secondsOf(await canaryctl("retry"));
      await until("the Rollout waits", async () => readRollout(await liveRollout()).phase === "Paused");
      return lastCanaryAnswer(abort);
    };
    const own: number[] = [];
    const plugin: number[] = [];
    for (let run = 0; run < runs; run++) {
      own.push(await measure(() => canaryctl("abort")));
      plugin.push(await measure(abortByPlugin));
    }
    return {
      what: "`canaryctl abort`, start to the last v2 response",
      values: own,
      unit: "s",
      floors: [{ name: "`kubectl argo rollouts abort`", values: plugin, unit: "s" }],
      atMost: 2,
    };
  } finally {
    await backToStart();
    restore();
    await mustBeUp();
  }
}

async function abortByPlugin(): Promise<Outcome> {
  const env = await labShell();
  return mustRun("kubectl-argo-rollouts", ["abort", "versioned-echo", "-n", namespace], { env });
}

async function lastCanaryAnswer(abort: () => Promise<Outcome>): Promise<number> {
  await routeInEffect(50);
  const load = await startSteadyLoad();
  const outcome = await abort();
  const { lastSeen } = await load.stop();
  secondsOf(outcome);
  const last = lastSeen.v2 ?? 0;
  if (last <= outcome.began) throw new Error("The load did not see the abort: v2 was not answering when it began.");
  return (last - outcome.began) / 1000;
}

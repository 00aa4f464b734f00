import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import { type RolloutStatus, readRollout } from "../../../canary/rollout/rollout-status.ts";
import { kubectl, namespace } from "./lab.ts";
import { until } from "./until.ts";

/** The Rollout of the application as the cluster has it now. */
export const liveRollout = async (): Promise<RolloutObject> =>
  JSON.parse(await kubectl("get", "rollout", "versioned-echo", "-n", namespace, "-o", "json"));

/** Waits until the Rollout is in a phase that is about its present spec. @throws Error after `seconds` */
export async function phaseReached(phase: RolloutStatus["phase"], seconds = 90): Promise<RolloutStatus> {
  return until(
    `the Rollout is ${phase}`,
    async () => {
      const status = readRollout(await liveRollout());
      return status.phase === phase ? status : undefined;
    },
    { seconds, everyMilliseconds: 250 },
  );
}

/** Puts a measured number into the log. */
export const note = (text: string): void => void process.stderr.write(`# ${text}\n`);

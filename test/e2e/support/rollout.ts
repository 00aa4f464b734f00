import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import { type RolloutStatus, readRollout } from "../../../canary/rollout/rollout-status.ts";
import { kubectl, namespace } from "./lab.ts";
import { until } from "./until.ts";

/** The Rollout of the application as the cluster has it now. */
export const liveRollout = async (): Promise<RolloutObject> =>
  JSON.parse(await kubectl("get", "rollout", "versioned-echo", "-n", namespace, "-o", "json"));

/** Waits until the Rollout is in a phase that is about its present spec. @throws Error after `seconds`, with the status that it has */
export async function phaseReached(phase: RolloutStatus["phase"], seconds = 90): Promise<RolloutStatus> {
  const reached = async () => {
    const status = readRollout(await liveRollout());
    return status.phase === phase ? status : undefined;
  };
  try {
    return await until(`the Rollout is ${phase}`, reached, { seconds, everyMilliseconds: 250 });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${JSON.stringify((await liveRollout()).status, null, 2)}`);
  }
}

/** Puts a measured number into the log. */
export const note = (text: string): void => void process.stderr.write(`# ${text}\n`);

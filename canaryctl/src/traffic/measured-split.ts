import { LabError } from "../../../cluster/lab-error.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";
import type { PodExec } from "../kube/exec.ts";
import { sendLoad, waitForAnswers, waitForRoute } from "./measure.ts";
import { answerNames, judgeSplit, type SplitVerdict } from "./verdict.ts";

/**
 * Sends `requests` requests from the client's pod, once the route is in effect there, and compares their answers with the weight.
 * What looks wrong is measured once more: a right split looks so once in a thousand times, and a sidecar can know of a side before
 * it knows of that side's pods.
 *
 * @throws LabError where the route does not reach the client, or where the answers cannot tell the sides apart
 */
export async function measureSplit(exec: PodExec, config: LabConfig, requests: number): Promise<SplitVerdict> {
  const names = answerNames(config);
  if (!names) {
    throw new LabError("The answers of the two sides cannot be told apart.", {
      place: `stableImage ${config.stableImage}, canaryImage ${config.canaryImage}`,
      allowed: "two different tags of versioned-echo",
      next: "npx canaryctl create-canary --image versioned-echo:v2 --replicas 2",
    });
  }
  await waitForRoute(exec, config);
  const measure = async () => judgeSplit(config.canaryWeight, await sendLoad(exec, config, requests), names);
  const first = await measure();
  if (first.isAsWanted) return first;
  await waitForAnswers(exec, config);
  return measure();
}

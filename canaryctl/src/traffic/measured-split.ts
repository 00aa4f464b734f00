import { LabError } from "../../../cluster/lab-error.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";
import type { PodExec } from "../kube/exec.ts";
import { sendLoad, waitForAnswers, waitForRoute } from "./measure.ts";
import { answerNames, judgeSplit, type SplitVerdict } from "./verdict.ts";

/**
 * Sends `requests` requests from the client's pod and compares their answers with the weight: once, for of two measurements the better
 * one proves nothing. What is only on its way is waited for before: the route, which the client's sidecar must send by, and the pods,
 * of which it can know later than of the route to them.
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
  await waitForAnswers(exec, config);
  return judgeSplit(config.canaryWeight, await sendLoad(exec, config, requests), names);
}

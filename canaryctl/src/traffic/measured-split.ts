import { UserError } from "@canary-lab/kit/user-error";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { PodExec } from "../../../stacks/live/proxies/exec.ts";
import { isSameShare, type Share } from "../../../stacks/live/proxies/share.ts";
import type { Lab } from "../lab.ts";
import type { ReleaseStrategy } from "../strategies/strategy.ts";
import { countAnswers, withoutCopies } from "./answers.ts";
import { sendLoad, waitForAnswers } from "./measure.ts";
import { judgeSplit, type SplitVerdict, sidesOf } from "./verdict.ts";

/**
 * Sends `requests` requests from the client's pod and compares who answered with what the release should give: once, for of two
 * measurements the better one proves nothing. The route, which the client's sidecar must send by, is waited for before. Of pods it can
 * know later than of the route to them: where requests fail, it waits until they are answered, and measures anew.
 *
 * @throws UserError where the route does not reach the client
 */
export async function measureSplit(
  exec: PodExec,
  lab: Lab,
  strategy: ReleaseStrategy,
  requests: number,
  movesLeft = 3,
): Promise<SplitVerdict> {
  const release = await strategy.read(lab);
  const { expected, names, canaryPods, tolerance } = release;
  if (!expected) {
    throw new UserError(release.fault ?? "There is no split that could be measured from inside the mesh.", {
      next: "npx canaryctl status",
    });
  }
  await strategy.reach(exec, lab, release);
  const { cluster, config } = lab;
  const verdict = async () => {
    const send = () => sendLoad(exec, config, requests);
    const { load, answers } = await countAnswers(exec, cluster, config, canaryPods, send);
    const counted = isRehearsal(config, expected) ? withoutCopies(answers, load) : answers;
    return judgeSplit(sidesOf(expected, names), counted, load, tolerance);
  };
  const first = await verdict();
  if (first.isAsWanted) return first;
  const now = await strategy.read(lab);
  if (movesLeft > 0 && now.expected && !isSameShare(now.expected, expected))
    return measureSplit(exec, lab, strategy, requests, movesLeft - 1);
  if (first.failed === 0) return first;
  await waitForAnswers(exec, config);
  return verdict();
}

/** Whether a canary may get copies: until it has a share. From then on more answers than requests are those of another load. */
const isRehearsal = ({ strategy, rolloutCanary }: LabConfig, { canary }: Share): boolean =>
  strategy === "rollout-canary" && rolloutCanary.mirrorPercent > 0 && canary === 0;

import { UserError } from "@canary-lab/kit/user-error";
import type { PodExec } from "../../../stacks/live/proxies/exec.ts";
import { isSameShare } from "../../../stacks/live/proxies/share.ts";
import type { Lab } from "../lab.ts";
import type { ReleaseStrategy } from "../strategies/strategy.ts";
import { sendLoad, waitForAnswers } from "./measure.ts";
import { judgeSplit, type SplitVerdict, sidesOf } from "./verdict.ts";

/** The images do not say how their answers name themselves: what answered cannot be counted. */
export class UncountableError extends UserError {}

/**
 * Sends `requests` requests from the client's pod and compares their answers with what the release should give: once, for of two
 * measurements the better one proves nothing. The route, which the client's sidecar must send by, is waited for before. Of pods it can
 * know later than of the route to them: where requests fail, it waits until they are answered, and measures anew.
 *
 * @throws UncountableError where the answers cannot tell the sides apart
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
  const { stableImage, canaryImage } = lab.config;
  if (!release.expected) {
    throw new UserError(release.fault ?? "There is no split that could be measured from inside the mesh.", {
      next: "npx canaryctl status",
    });
  }
  const sides = sidesOf(lab.config, release.expected, release.names);
  if (!sides) {
    throw new UncountableError("The answers of the two sides cannot be told apart.", {
      place: `stableImage ${stableImage}, canaryImage ${canaryImage}`,
      allowed:
        "two different tags of versioned-echo, as versioned-echo:v2 or registry.example/versioned-echo:v2@sha256:…",
      next: "npx canaryctl status",
    });
  }
  await strategy.reach(exec, lab, release);
  const verdict = async () => judgeSplit(sides, await sendLoad(exec, lab.config, requests), release.tolerance);
  const first = await verdict();
  if (first.isAsWanted) return first;
  const now = await strategy.read(lab);
  if (movesLeft > 0 && now.expected && !isSameShare(now.expected, release.expected))
    return measureSplit(exec, lab, strategy, requests, movesLeft - 1);
  if (first.failed === 0) return first;
  await waitForAnswers(exec, lab.config);
  return verdict();
}

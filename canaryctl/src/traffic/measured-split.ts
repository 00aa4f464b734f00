import { UserError } from "@canary-lab/kit/user-error";
import { isSameShare, shareText } from "../../../stacks/live/proxies/share.ts";
import type { ClientPod, Lab } from "../lab.ts";
import type { ReleaseStrategy, Say } from "../strategies/strategy.ts";
import { countAnswers } from "./answers.ts";
import { sendLoad, unanswered, waitForAnswers } from "./measure.ts";
import { sayWhileWaiting } from "./say-while-waiting.ts";
import { judgeSplit, type SplitVerdict, sidesOf } from "./verdict.ts";

/** How a split is measured. */
export interface Measuring {
  readonly requests: number;
  /** Hears what is waited for, where that takes longer than a moment. */
  readonly say: Say;
}

/**
 * Sends `requests` requests from the client's pod and compares who answered with what the release should give: once, for of two
 * measurements the better one proves nothing. The route, which the client's sidecar must send by, is waited for before. Of pods it can
 * know later than of the route to them: where requests got no answer of a pod, it waits until they do. Where requests failed, or pods have
 * gone with what counted them, it measures anew.
 *
 * @throws UserError where the route does not reach the client
 */
export async function measureSplit(
  client: ClientPod,
  lab: Lab,
  strategy: ReleaseStrategy,
  measuring: Measuring,
  movesLeft = 3,
): Promise<SplitVerdict> {
  const release = await strategy.read(lab);
  const { expected, names, canaryPods, tolerance } = release;
  if (!expected) {
    throw new UserError(release.fault ?? "There is no split that could be measured from inside the mesh.", {
      next: "npx canaryctl status",
    });
  }
  const { requests, say } = measuring;
  await sayWhileWaiting(say, `Waiting until the client's proxy sends ${shareText(expected)}`, () =>
    strategy.reach(client.ask, lab, release),
  );
  const { cluster, config } = lab;
  const send = () =>
    sayWhileWaiting(say, `Sending ${requests} requests`, () => sendLoad(client.exec, config, requests));
  const measure = async () => {
    const counted = await countAnswers(client.ask, { cluster, config, canaryPods, expected }, send);
    return { load: counted.load, verdict: judgeSplit(sidesOf(expected, names), counted, tolerance) };
  };
  const { load, verdict: first } = await measure();
  if (first.isAsWanted) return first;
  const now = await strategy.read(lab);
  if (movesLeft > 0 && now.expected && !isSameShare(now.expected, expected))
    return measureSplit(client, lab, strategy, measuring, movesLeft - 1);
  if (first.failed === 0 && first.untold === 0) return first;
  if (unanswered(load) > 0) await waitForAnswers(client.exec, config, say);
  return (await measure()).verdict;
}

import { changesOf, until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { passingFaultMilliseconds } from "../../../../canary/rollout/rollout-timeout.ts";
import { rolloutFault, rolloutLine, rolloutPlace } from "../../../../canary/rollout/rollout-words.ts";
import { showRolloutsPods } from "../../../../components/names.ts";
import { RolloutStart } from "../../../../stacks/live/rollout-start.ts";
import { UnseenRollout } from "../../../../stacks/live/unseen-rollout.ts";
import type { Lab } from "../../lab.ts";
import type { Say } from "../strategy.ts";
import { type LiveRollout, mustReadRollout } from "./read.ts";

interface RolloutWait {
  /** Gets where it stands, at each change. */
  readonly say?: Say;
  /** Whether new pods are needed for what is waited for. */
  readonly needsPods?: boolean;
  /** How long a fault may last, in milliseconds. Default: see {@link passingFaultMilliseconds}. */
  readonly faultMilliseconds?: number;
}

/**
 * Looks at the Rollout until `isThere` says so.
 *
 * @param what is waited for, for the message
 * @throws UserError after `seconds`; where the Rollout is Degraded meanwhile, unless that is what is waited for; where pods that are
 * needed cannot start
 */
export async function untilRollout(
  lab: Lab,
  what: string,
  seconds: number,
  isThere: (live: LiveRollout) => boolean | Promise<boolean>,
  { say, needsPods = false, faultMilliseconds }: RolloutWait = {},
): Promise<LiveRollout> {
  const start = needsPods ? new RolloutStart(lab.cluster, lab.config) : undefined;
  const unseen = new UnseenRollout(lab.cluster, lab.config.namespace, lab.config.app);
  const tell = changesOf((line) => say?.(line));
  let faultSince: number | undefined;
  let line = "";
  const look = async () => {
    const live = await mustReadRollout(lab);
    if (await isThere(live)) return live;
    await unseen.look(live.status, Date.now());
    const waiting = await start?.look(live.rollout, live.status, Date.now());
    line = [rolloutLine(live.status), ...(waiting ? [waiting] : [])].join("; ");
    tell(line);
    faultSince = live.status.phase === "Degraded" ? (faultSince ?? Date.now()) : undefined;
    if (
      faultSince !== undefined &&
      Date.now() - faultSince > (faultMilliseconds ?? passingFaultMilliseconds(live.status))
    ) {
      throw new UserError(`The release has failed: ${rolloutFault(live.status)}`, {
        place: placeOf(lab),
        next: ["npx canaryctl rollback", "npx canaryctl status"],
      });
    }
    return undefined;
  };
  const found = await until(look, { seconds, everyMilliseconds: 100 });
  if (found) return found;
  throw new UserError(`${what} is not seen after ${seconds} s: ${line}.`, {
    place: placeOf(lab),
    next: ["npx canaryctl status", showRolloutsPods],
  });
}

export const placeOf = ({ config }: Lab): string => rolloutPlace(config);

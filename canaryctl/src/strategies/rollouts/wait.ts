import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import { passingFaultMilliseconds } from "../../../../canary/rollout/rollout-patience.ts";
import { rolloutFault, rolloutLine, rolloutPlace } from "../../../../canary/rollout/rollout-words.ts";
import type { Lab } from "../../lab.ts";
import type { Say } from "../strategy.ts";
import { type LiveRollout, mustReadRollout } from "./read.ts";

const betweenLooksMilliseconds = 100;

/**
 * Looks at the Rollout until `isThere` says so.
 *
 * @param what is waited for, for the message
 * @param say told where it stands, at each change
 * @throws UserError after `seconds`; where the Rollout is Degraded meanwhile, unless that is what is waited for
 */
export async function untilRollout(
  lab: Lab,
  what: string,
  seconds: number,
  isThere: (live: LiveRollout) => boolean | Promise<boolean>,
  say?: Say,
): Promise<LiveRollout> {
  const until = Date.now() + seconds * 1000;
  let faultSince: number | undefined;
  let said = "";
  for (;;) {
    const live = await mustReadRollout(lab);
    if (await isThere(live)) return live;
    const line = rolloutLine(live.status);
    if (line !== said) say?.(line);
    said = line;
    faultSince = live.status.phase === "Degraded" ? (faultSince ?? Date.now()) : undefined;
    if (faultSince !== undefined && Date.now() - faultSince > passingFaultMilliseconds) {
      throw new UserError(`The release has failed: ${rolloutFault(live.status)}`, {
        place: placeOf(lab),
        next: ["npx canaryctl rollback", "npx canaryctl status"],
      });
    }
    if (Date.now() > until) {
      throw new UserError(`${what} is not seen after ${seconds} s: ${line}.`, {
        place: placeOf(lab),
        next: ["npx canaryctl status", "kubectl get pods -A -l app.kubernetes.io/name=argo-rollouts"],
      });
    }
    await pause(betweenLooksMilliseconds);
  }
}

export const placeOf = ({ config }: Lab): string => rolloutPlace(config);

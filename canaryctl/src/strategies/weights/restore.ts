import { UserError } from "@canary-lab/kit/user-error";
import { toWeight } from "../../../../canary/weight.ts";
import { isSameShare, shareText } from "../../../../stacks/live/proxies/share.ts";
import { type Lab, reread } from "../../lab.ts";
import { moveSeconds, patiently } from "../../traffic/patiently.ts";
import type { Route } from "../../traffic/route.ts";
import type { Say } from "../strategy.ts";

/** How often the route is put back before somebody else must be blamed. */
const tries = 3;

/**
 * Puts a route that was moved behind the engine's back where the stack's file says now. The engine compares with what it remembers,
 * not with what is live: such a route would stay as it is. The file is read after the route and once more after each write, for a
 * rollback waits for nobody and lowers both: what this wrote on the way is taken back with it.
 *
 * @returns the lab with the config that the route agrees with; where there is no route, or no fast path to it, with the file's
 * @throws UserError where something else moves the route again and again
 */
export async function restoreRoute(lab: Lab, route: Route, say: Say): Promise<Lab> {
  for (let left = tries; ; left -= 1) {
    const live = await route.read(lab.cluster, lab.config);
    const now = withFileWeight(lab);
    if (!live || !route.apply || isSameShare(live.weights, route.wanted(now.config))) return now;
    const { weights, owner } = live;
    if (left === 0) {
      throw new UserError(`The live route does not stay: it is at ${shareText(weights)} again.`, {
        place: `written by ${owner}`,
        next: "npx canaryctl status",
      });
    }
    say(`The live route was at ${shareText(weights)}, written by ${owner}: putting it back.`);
    await patiently(lab.cluster, { seconds: moveSeconds, say }, async () => route.apply?.(lab.cluster, now.config));
  }
}

/** Of a command that leaves the rest of the config alone, only the weight is read again. */
function withFileWeight(lab: Lab): Lab {
  if (!lab.applied) return reread(lab);
  return { ...lab, config: { ...lab.config, canaryWeight: toWeight(Number(lab.stackFile.values().canaryWeight)) } };
}

import type { Route } from "../../traffic/route.ts";
import { refuse, refuseStableImage } from "../refusals.ts";
import { previousImage } from "../release-end.ts";
import type { ReleaseStrategy } from "../strategy.ts";
import { haltRoute, rollBackRoute } from "./roll-back.ts";

const noController = (verb: string) =>
  refuse(
    `There is no controller that could be ${verb}: the weights of this stack are yours.`,
    "npx canaryctl rollback",
  );

/** What a rollback does not need, which writes its route first, is loaded where it is used. */
const canary = () => import("./canary.ts");
const promotion = () => import("./promote.ts");

/** A strategy under which the config says how much of the traffic the canary gets: two Deployments, and a route between them. */
export const weighted = (route: Route): ReleaseStrategy => ({
  owner: "pulumi",
  route,
  read: async (lab) => (await import("./read.ts")).readWeighted(lab, route),
  reach: (ask, { cluster, config }) => route.reach(ask, cluster, config),
  restore: async (lab, say) => (await import("./restore.ts")).restoreRoute(lab, route, say),
  setTraffic: async (lab, say, { now } = {}) => {
    if (!now) await (await import("./may-rise.ts")).mustMaySet(lab, route, say);
    return (await import("./move-traffic.ts")).moveTraffic(lab, route, say);
  },
  createCanary: async (lab, say) => {
    refuseStableImage(lab);
    const { createCanary, refuseUntestedImage } = await canary();
    const { refuseOtherShare } = await promotion();
    const live = await route.read(lab.cluster, lab.config);
    if (live) {
      refuseUntestedImage(lab, route, live);
      refuseOtherShare(lab, route, live);
    }
    return createCanary(lab, route, say);
  },
  deleteCanary: async (lab, say) => (await canary()).deleteCanary(lab, route, say),
  promote: async (lab, say, options) => (await promotion()).promoteWeight(lab, route, say, options),
  promoteFully: async (lab, say, options) => (await promotion()).promoteToEnd(lab, route, say, options),
  abort: noController("aborted"),
  retry: refuse("There is nothing to retry: the weights of this stack are yours.", "npx canaryctl promote"),
  undo: noController("undone"),
  rollback: async (lab, say) => {
    const previous = previousImage(lab);
    const isUnused =
      previous && (await route.read(lab.cluster, lab.config).catch(() => undefined))?.weights.canary === 0;
    if (!isUnused) return rollBackRoute(lab, route, say);
    const { restorePrevious } = await import("./previous.ts");
    return restorePrevious(lab, route, previous, say);
  },
  ...(route.apply && { halt: (lab, say) => haltRoute(lab, route, say) }),
});

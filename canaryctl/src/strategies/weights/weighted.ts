import { withNext } from "@canary-lab/kit/user-error";
import { versionOf } from "../../../../components/image/image-version.ts";
import { versions } from "../../../../components/names.ts";
import { isSameShare, type Share } from "../../../../stacks/live/proxies/share.ts";
import type { Lab } from "../../lab.ts";
import type { LiveRoute, Route } from "../../traffic/route.ts";
import { readWorkloads, type SideWorkload } from "../../traffic/workloads.ts";
import { notDeployedFault } from "../not-deployed.ts";
import { refuse, refuseStableImage } from "../refusals.ts";
import { previousImage } from "../release-end.ts";
import type { Release, ReleaseStrategy } from "../strategy.ts";
import { moveTraffic } from "./move-traffic.ts";
import { restoreRoute } from "./restore.ts";
import { rollBackRoute, sendBack } from "./roll-back.ts";

const noController = (verb: string) =>
  refuse(
    `There is no controller that could be ${verb}: the weights of this stack are yours.`,
    "npx canaryctl rollback",
  );

/** Loaded where they are used: a rollback needs neither, and writes its route first. */
const canary = () => import("./canary.ts");
const promotion = () => import("./promote.ts");

/** A strategy under which the config says how much of the traffic the canary gets: two Deployments, and a route between them. */
export const weighted = (route: Route): ReleaseStrategy => ({
  owner: "pulumi",
  read: (lab) => readWeighted(lab, route),
  reach: (exec, { cluster, config }) => route.reach(exec, cluster, config),
  restore: (lab, say) => restoreRoute(lab, route, say),
  setTraffic: (lab, say) => moveTraffic(lab, route, say),
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
  ...(route.apply && { halt: (lab) => sendBack(lab, route) }),
});

async function readWeighted(lab: Lab, route: Route): Promise<Release> {
  const { cluster, config } = lab;
  const [live, workloads] = await Promise.all([route.read(cluster, config), readWorkloads(cluster, config)]);
  const wanted = route.wanted(config);
  return {
    wanted,
    live: live?.weights,
    liveOwner: live?.owner,
    expected: wanted,
    ...(route.tolerance !== undefined && { tolerance: route.tolerance }),
    names: { stable: versionOf(config.stableImage), canary: versionOf(config.canaryImage) },
    workloads,
    fault: faultOf(lab, wanted, live, workloads),
  };
}

/** In the order of what hurts: nothing there, users who get errors, a route that nobody asked for, pods that are missing. */
function faultOf({ config }: Lab, wanted: Share, live: LiveRoute | undefined, workloads: readonly SideWorkload[]) {
  if (!live) return notDeployedFault;
  const unserved = withoutPods(live.weights, workloads);
  if (unserved.length > 0 || workloads.length === 0) {
    return withNext(
      `No pod is ready for part of the traffic (${unserved.join(", ")}): it gets errors.`,
      "npx canaryctl up",
    );
  }
  if (!isSameShare(live.weights, wanted)) {
    return withNext("The live route is not what the config asks for.", "npx canaryctl up", "npx canaryctl rollback");
  }
  if (workloads.some(({ ready, wanted }) => ready < wanted)) {
    return withNext("Not all pods are ready.", `kubectl -n ${config.namespace} describe pods`);
  }
  return undefined;
}

/** The sides that the live route sends to while no pod of theirs is ready: their share gets errors. */
function withoutPods({ stable, canary }: Share, workloads: readonly SideWorkload[]): readonly string[] {
  const shares = [
    { name: "the stable side", slot: versions.stable, share: stable },
    { name: "the canary", slot: versions.canary, share: canary },
  ];
  return shares
    .filter(({ slot, share }) => share > 0 && !workloads.some((side) => side.slot === slot && side.ready > 0))
    .map(({ name, share }) => `${name} gets ${share} %`);
}

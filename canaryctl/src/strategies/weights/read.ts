import { withNext } from "@canary-lab/kit/user-error";
import { versionOf } from "../../../../components/image/image-version.ts";
import { versions } from "../../../../components/names.ts";
import { isSameShare, type Share } from "../../../../stacks/live/proxies/share.ts";
import type { Lab } from "../../lab.ts";
import { type LiveRoute, otherThanAsked, type Route } from "../../traffic/route.ts";
import { readWorkloads, type SideWorkload } from "../../traffic/workloads.ts";
import { notDeployedFault } from "../not-deployed.ts";
import type { Release } from "../strategy.ts";

export async function readWeighted(lab: Lab, route: Route): Promise<Release> {
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
    return withNext(otherThanAsked, "npx canaryctl up", "npx canaryctl rollback");
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

import { withNext } from "@canary-lab/kit/user-error";
import { versionOf } from "../../../../components/image/image-version.ts";
import { versions } from "../../../../components/names.ts";
import { isSameShare, type Share } from "../../../../stacks/live/proxies/share.ts";
import { waysToServe } from "../../../../stacks/live/ways-to-serve.ts";
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
  const [first] = unserved;
  if (first) {
    return withNext(
      `No pod is ready for part of the traffic (${unserved.map(({ name, share }) => `${name} gets ${share} %`).join(", ")}): it gets errors.`,
      ...waysToServe({ ...first, hasShare: true }, config),
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

/** The sides that the live route sends to while no pod of theirs is ready: their share gets errors. The stable side is the first. */
function withoutPods({ stable, canary }: Share, workloads: readonly SideWorkload[]) {
  const shares = [
    { name: "the stable side", version: versions.stable, share: stable },
    { name: "the canary", version: versions.canary, share: canary },
  ];
  return shares.flatMap((side) => {
    const { ready = 0, wanted = 0 } = workloads.find(({ slot }) => slot === side.version) ?? {};
    return side.share > 0 && ready === 0 ? [{ ...side, isAbsent: wanted === 0 }] : [];
  });
}

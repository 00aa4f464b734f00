import { replicaRatio } from "../../../canary/replica-ratio.ts";
import { deploymentsPath } from "../../../cluster/kube/paths.ts";
import { deploymentName, versions } from "../../../components/names.ts";
import { type Share, shareOf } from "../../../stacks/live/proxies/share.ts";
import { waitForEndpoints } from "../../../stacks/live/proxies/sidecar-endpoints.ts";
import { sidecarCallers } from "../../../stacks/live/proxies/sidecar-route.ts";
import { missing } from "../kube/missing.ts";
import { lastWrite, type Managed, type Route } from "./route.ts";
import { readWorkloads, type SideWorkload } from "./workloads.ts";

/** The share of the pods is the share of the traffic: the Service gives each ready pod as much as any other. */
export const podShare: Route = {
  hasIdlePods: false,
  // The client's proxy gives a request to the less busy of two pods: shares come out near those of the pods, but not by chance alone.
  tolerance: 5,
  read: async (cluster, of) => {
    const name = deploymentName(of.app, versions.stable);
    const [stable, workloads] = await Promise.all([
      cluster.get<Managed>(deploymentsPath(of.namespace, name)),
      readWorkloads(cluster, of),
    ]);
    if (!stable) return undefined;
    return {
      weights: shareOfPods(workloads, "ready"),
      // A pod that starts anew is no change of what was asked for.
      asked: shareOfPods(workloads, "wanted"),
      ...lastWrite(stable, "replicas"),
    };
  },
  callersOfPods: ({ app, namespace }) => sidecarCallers({ app, namespace }),
  targets: ["**::stable-deployment", "**::canary-deployment"],
  wanted: ({ replicas, canaryWeight }) => shareOf(replicaRatio(replicas, canaryWeight).share),
  reach: (ask, cluster, config) =>
    waitForEndpoints(ask, cluster, config, { service: config.app, labels: { app: config.app } }),
  missing: ({ app, namespace }) => missing("Deployment", deploymentName(app, versions.stable), namespace),
};

function shareOfPods(workloads: readonly SideWorkload[], count: "ready" | "wanted"): Share {
  const all = workloads.reduce((sum, workload) => sum + workload[count], 0);
  const canary = workloads.find(({ slot }) => slot === versions.canary)?.[count] ?? 0;
  return shareOf(all === 0 ? 0 : (100 * canary) / all);
}

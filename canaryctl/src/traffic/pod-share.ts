import { replicaRatio } from "../../../canary/replica-ratio.ts";
import { deploymentsPath } from "../../../cluster/kube/paths.ts";
import { deploymentName, versions } from "../../../components/names.ts";
import { missing } from "../kube/missing.ts";
import { type Managed, type Route, writerOf } from "./route.ts";
import { shareOf } from "./share.ts";
import { waitForEndpoints } from "./sidecar-endpoints.ts";
import { readWorkloads } from "./workloads.ts";

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
    const ready = workloads.reduce((sum, workload) => sum + workload.ready, 0);
    const canary = workloads.find(({ version }) => version === versions.canary)?.ready ?? 0;
    return { weights: shareOf(ready === 0 ? 0 : (100 * canary) / ready), owner: writerOf(stable, "replicas") };
  },
  wanted: ({ replicas, canaryWeight }) => shareOf(replicaRatio(replicas, canaryWeight).share),
  reach: (exec, cluster, config) =>
    waitForEndpoints(exec, cluster, config, { service: config.app, labels: { app: config.app } }),
  missing: ({ app, namespace }) => missing("Deployment", deploymentName(app, versions.stable), namespace),
};

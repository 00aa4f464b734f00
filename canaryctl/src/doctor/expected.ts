import { replicaRatio } from "../../../canary/replica-ratio.ts";
import { factsOf } from "../../../canary/strategies.ts";
import { deploymentName, versions, virtualServiceName } from "../../../components/names.ts";
import { renderVirtualService } from "../../../components/traffic/render-weighted-route.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import { istioRoute, weightsOf } from "../traffic/istio-route.ts";
import type { ClusterFacts, PodFacts, WorkloadFacts } from "./facts.ts";
import type { RouteFacts, RouteRuleFacts } from "./route-facts.ts";

/** A workload that the config asks for. */
export interface ExpectedWorkload {
  readonly kind: "Deployment" | "Rollout";
  readonly name: string;
  readonly replicas: number;
  /** Which of the two sides it is; undefined where one workload has both. */
  readonly side: keyof Share | undefined;
}

export function expectedWorkloads(config: LabConfig): readonly ExpectedWorkload[] {
  const { app, strategy, replicas, canaryEnabled, canaryReplicas, canaryWeight } = config;
  const { owner, workloads, canaryPods } = factsOf(strategy);
  if (workloads === "one") {
    return [{ kind: owner === "rollout-controller" ? "Rollout" : "Deployment", name: app, replicas, side: undefined }];
  }
  const pods =
    canaryPods === "shared" ? replicaRatio(replicas, canaryWeight) : { stable: replicas, canary: canaryReplicas };
  const workload = (side: keyof Share): ExpectedWorkload => ({
    kind: "Deployment",
    name: deploymentName(app, versions[side]),
    replicas: pods[side],
    side,
  });
  return canaryEnabled ? [workload("stable"), workload("canary")] : [workload("stable")];
}

/** Whether users come by a VirtualService, which the lab's gateway and the mesh share. */
export const hasVirtualService = ({ strategy }: LabConfig): boolean => factsOf(strategy).entry === "istio-gateway";

/** Whether that VirtualService has weights: blue-green switches a Service instead. */
const splitsByVirtualService = (config: LabConfig): boolean =>
  hasVirtualService(config) && factsOf(config.strategy).steps !== "none";

export const ownRoute = ({ virtualServices }: ClusterFacts, { app, namespace }: LabConfig): RouteFacts | undefined =>
  virtualServices?.find((route) => route.namespace === namespace && route.name === virtualServiceName(app));

/** The split that the cluster's route gives; undefined where there is no route with weights. */
export function liveSplit(cluster: ClusterFacts, config: LabConfig): Share | undefined {
  if (config.strategy === "gateway-api") return cluster.httpRoute?.weights;
  if (!splitsByVirtualService(config)) return undefined;
  const route = ownRoute(cluster, config);
  return route && weightsOf({ spec: { http: route.http } });
}

/** The split that the config asks of the route; undefined where a controller or a header decides. */
export const wantedSplit = (config: LabConfig): Share | undefined =>
  factsOf(config.strategy).steps === "route" ? istioRoute.wanted(config) : undefined;

/** The rules that the program would write, with the fields that are compared. */
export const wantedRules = (config: LabConfig): readonly RouteRuleFacts[] => renderVirtualService(config).spec.http;

/** The pods of a workload: those of a Deployment hang from its ReplicaSets. */
export function podsOf(cluster: ClusterFacts, workload: Pick<WorkloadFacts, "name">): readonly PodFacts[] {
  const sets = new Set(
    cluster.workloads
      ?.filter(({ kind, owner }) => kind === "ReplicaSet" && owner === workload.name)
      .map(({ name }) => name),
  );
  return (cluster.pods ?? []).filter(({ owner, isGoing }) => owner !== undefined && !isGoing && sets.has(owner.name));
}

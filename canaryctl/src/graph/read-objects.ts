import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { factsOf, type StrategyFacts } from "../../../canary/strategies.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { Facts } from "../doctor/facts.ts";
import { Reader } from "../doctor/reader.ts";
import type {
  DestinationRule,
  Gateway,
  GraphObjects,
  HttpRoute,
  Ingress,
  Pod,
  Rollout,
  Service,
  VirtualService,
  Workload,
} from "./objects.ts";

/**
 * Reads what is drawn of a namespace, in one round. The routes of other strategies are read as well, for one may be left over; an account
 * that may not see those misses nothing.
 *
 * @throws UserError where the cluster does not answer
 */
export async function readObjects(
  cluster: ClusterClient,
  { namespace, strategy }: Pick<LabConfig, "namespace" | "strategy">,
): Promise<{ readonly objects: GraphObjects; readonly unread: Facts["unread"] }> {
  const reader = new Reader(cluster);
  const unneeded = new Reader(cluster);
  const list = <T>(group: string, plural: string, entry?: StrategyFacts["entry"]) =>
    (entry === undefined || entry === factsOf(strategy).entry ? reader : unneeded).list<T, T>(
      `${group}/namespaces/${namespace}/${plural}`,
      (item) => item,
    );
  const istio = "/apis/networking.istio.io/v1";
  const gatewayApi = "/apis/gateway.networking.k8s.io/v1";
  const [gateways, virtualServices, destinationRules, apiGateways, httpRoutes, ingresses, services, pods, ...owners] =
    await Promise.all([
      list<Gateway>(istio, "gateways", "istio-gateway"),
      list<VirtualService>(istio, "virtualservices", "istio-gateway"),
      list<DestinationRule>(istio, "destinationrules"),
      list<Gateway>(gatewayApi, "gateways", "own-gateway"),
      list<HttpRoute>(gatewayApi, "httproutes", "own-gateway"),
      list<Ingress>("/apis/networking.k8s.io/v1", "ingresses", "ingress-controller"),
      list<Service>("/api/v1", "services"),
      list<Pod>("/api/v1", "pods"),
      list<Workload>("/apis/apps/v1", "replicasets"),
      list<Workload>("/apis/apps/v1", "deployments"),
      list<Rollout>("/apis/argoproj.io/v1alpha1", "rollouts"),
    ]);
  const [replicaSets, deployments, rollouts] = owners;
  return {
    objects: {
      gateways,
      virtualServices,
      destinationRules,
      apiGateways,
      httpRoutes,
      ingresses,
      services,
      pods,
      replicaSets,
      deployments,
      rollouts,
    },
    unread: reader.unread,
  };
}

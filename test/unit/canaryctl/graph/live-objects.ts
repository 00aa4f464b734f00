import type { ClusterFacts, PodFacts, WorkloadFacts } from "../../../../canaryctl/src/doctor/facts.ts";
import type { GraphObjects, Pod, Service, Workload } from "../../../../canaryctl/src/graph/objects.ts";
import { renderGateway } from "../../../../components/traffic/render-weighted-route.ts";
import { broken, wholeLab } from "../doctor/recorded.ts";

export const application = { app: "versioned-echo", namespace: "canary-lab" } as const;
type Owner = { readonly kind: string; readonly name: string };

const owned = (owner?: Owner) => owner && { ownerReferences: [{ ...owner, controller: true }] };

export function livePod(name: string, labels: Readonly<Record<string, string>>, owner?: Owner, isReady = true): Pod {
  const conditions = [{ type: "Ready", status: isReady ? "True" : "False" }];
  return { metadata: { name, labels, ...owned(owner) }, status: { conditions } };
}

export const liveWorkload = (name: string, replicas: number, ready = replicas, owner?: Owner): Workload => ({
  metadata: {
    name,
    labels: { app: name.startsWith("versioned-echo-client") ? "versioned-echo-client" : application.app },
    ...owned(owner),
  },
  spec: { replicas },
  status: { readyReplicas: ready },
});

export const liveService = (name: string, selector: Readonly<Record<string, string>>): Service => ({
  metadata: { name },
  spec: { selector },
});

/** What was recorded of a lab with strategy istio, as the API server had given it. */
function istioObjects({ pods, workloads, services, virtualServices, destinationRules }: ClusterFacts): GraphObjects {
  const ofKind = (wanted: WorkloadFacts["kind"], owner?: "Deployment") =>
    (workloads ?? []).flatMap(({ kind, name, wanted: replicas, ready, owner: above }) =>
      kind === wanted
        ? [liveWorkload(name, replicas, ready, owner && above ? { kind: owner, name: above } : undefined)]
        : [],
    );
  return {
    gateways: [renderGateway(application)],
    virtualServices: (virtualServices ?? []).map(({ name, hosts, gateways, http }) => ({
      metadata: { name },
      spec: { hosts, gateways, http },
    })) as GraphObjects["virtualServices"],
    destinationRules: (destinationRules ?? []).map(({ name, ...spec }) => ({ metadata: { name }, spec })),
    apiGateways: [],
    httpRoutes: [],
    ingresses: [],
    services: (services ?? []).map(({ name, selector }) => liveService(name, selector)),
    pods: (pods ?? []).map(({ name, labels, owner, isReady }: PodFacts) => livePod(name, labels, owner, isReady)),
    replicaSets: ofKind("ReplicaSet", "Deployment"),
    deployments: ofKind("Deployment"),
    rollouts: [],
  };
}

export const wholeIstio = istioObjects(wholeLab);

/** The same, after one thing was broken. */
export function brokenIstio(failure: string): GraphObjects {
  const { cluster } = broken(failure);
  if (!cluster) throw new Error("nothing was read");
  return istioObjects(cluster);
}

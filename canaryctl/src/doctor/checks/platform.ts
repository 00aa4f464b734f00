import { rolloutsNamespace } from "../../../../components/argo/render-argo-rollouts.ts";
import { ingressNamespace, systemNamespace } from "../../../../components/mesh/render-istio.ts";
import { monitoringNamespace } from "../../../../components/monitoring/render-kube-prometheus-stack.ts";
import { clientName, ingressRelease } from "../../../../components/names.ts";
import { rolloutsScope } from "../../../../stacks/platform-parts.ts";
import type { ClusterFacts, Facts, PodFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** What the application stands on: the control plane, the gateway, the controllers, the pod that measures. */
export function platform(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { systemPods, pods } = cluster;
  if (!systemPods || !pods) return [];
  const rollouts = rolloutsScope(config);
  const parts = [
    {
      id: "istiod",
      is: ({ namespace, labels }: PodFacts) => namespace === systemNamespace && labels.app === "istiod",
      what: "Istio's control plane is not ready: no change of a route reaches a proxy, and new pods are refused or get no sidecar.",
      isNeeded: true,
      restart: `kubectl -n ${systemNamespace} rollout restart deployment/istiod`,
      start: `kubectl -n ${systemNamespace} scale deployment/istiod --replicas=${config.istiodReplicas}`,
    },
    {
      id: "gateway",
      is: ({ namespace }: PodFacts) => namespace === ingressNamespace,
      what: "The ingress gateway is not ready: requests from outside fail.",
      isNeeded: true,
      restart: `kubectl -n ${ingressNamespace} rollout restart deployment/${ingressRelease}`,
      start: `kubectl -n ${ingressNamespace} scale deployment/${ingressRelease} --replicas=1`,
    },
    {
      id: "rollouts-controller",
      is: ({ namespace, labels }: PodFacts) =>
        namespace === (rollouts === "namespace" ? config.namespace : rolloutsNamespace) &&
        labels["app.kubernetes.io/name"] === "argo-rollouts",
      what: "The Rollouts controller is not ready: no release goes on, and none goes back.",
      isNeeded: rollouts !== undefined,
      restart: "npx canaryctl up",
    },
    {
      id: "prometheus",
      is: ({ namespace, labels }: PodFacts) =>
        namespace === monitoringNamespace && labels["app.kubernetes.io/name"] === "prometheus",
      what: "Prometheus is not ready: analyses come to no verdict, and alerts are silent.",
      isNeeded: config.monitoring,
      restart: "npx canaryctl up",
    },
    {
      id: "client",
      is: ({ namespace, labels }: PodFacts) => namespace === config.namespace && labels.app === clientName(config.app),
      what: "The pod that measures the traffic is not ready: nothing can be measured from inside the mesh.",
      isNeeded: cluster.namespace !== null,
      restart: "npx canaryctl up",
    },
  ];
  return parts.flatMap(({ id, is, what, isNeeded, restart, start }): readonly Finding[] => {
    const own = [...systemPods, ...pods].filter(is);
    if (!isNeeded || own.some(({ isReady }) => isReady)) return [];
    return [
      {
        id: `not-ready/${id}`,
        severity: id === "client" || id === "prometheus" ? "warning" : "error",
        what,
        evidence: own.length === 0 ? ["it has no pod"] : own.map(described),
        mend: own.length > 0 ? [restart] : [...(start ? [start] : []), "npx canaryctl up"],
      },
    ];
  });
}

const described = ({ namespace, name, faults, unschedulable }: PodFacts): string =>
  `pod ${namespace}/${name} is not ready${[...faults.map(({ reason, message }) => `: ${reason} ${message}`), unschedulable === undefined ? "" : `: ${unschedulable}`].join("")}`;

/** A release that a controller gave up. */
export function release({ rollout }: ClusterFacts): readonly Finding[] {
  if (!rollout?.fault) return [];
  return [
    {
      id: "release",
      severity: "error",
      what: rollout.isAborted ? "The release is aborted." : "The release has failed.",
      evidence: [rollout.fault],
      mend: rollout.isAborted ? ["npx canaryctl retry", "npx canaryctl rollback"] : ["npx canaryctl rollback"],
    },
  ];
}

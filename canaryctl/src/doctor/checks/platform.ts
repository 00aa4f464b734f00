import { clientName, judgeName, rolloutsLabel, showRolloutsPods } from "../../../../components/names.ts";
import { isJudged } from "../../../../stacks/judged.ts";
import { isOwner, rolloutsScope } from "../../../../stacks/platform-parts.ts";
import type { ClusterFacts, Facts, PodFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { isIngressPod, standsOn } from "../objects.ts";

/** What the application stands on: the control plane, the gateway, the controllers, the pod that measures. */
export function platform(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { systemPods, pods } = cluster;
  if (!systemPods || !pods) return [];
  const rollouts = rolloutsScope(config);
  const { mesh, ingress, monitoring } = standsOn(cluster.namespace, config);
  const { controlPlane } = mesh;
  const up = "npx canaryctl up";
  /** An update of a stack mends what that stack installed. */
  const orLook = (command: string) => (isOwner(config) ? up : command);
  const parts = [
    {
      id: "istiod",
      is: ({ namespace, name, labels }: PodFacts) =>
        namespace === controlPlane.namespace && labels.app === "istiod" && name.startsWith(`${controlPlane.name}-`),
      what: "Istio's control plane is not ready: no change of a route reaches a proxy, and new pods are refused or get no sidecar.",
      isNeeded: true,
      restart: `kubectl -n ${controlPlane.namespace} rollout restart deployment/${controlPlane.name}`,
      start: `kubectl -n ${controlPlane.namespace} scale deployment/${controlPlane.name} --replicas=${config.istiodReplicas}`,
    },
    {
      id: "gateway",
      is: (pod: PodFacts) => isIngressPod(pod, ingress),
      what: "The ingress gateway is not ready: requests from outside fail.",
      isNeeded: ingress !== null,
      restart: `kubectl -n ${ingress?.namespace} rollout restart deployment ${selectorText(ingress?.labels)}`,
      start: `kubectl -n ${ingress?.namespace} scale deployment ${selectorText(ingress?.labels)} --replicas=1`,
    },
    {
      id: "rollouts-controller",
      is: ({ namespace, labels }: PodFacts) =>
        (namespace === config.namespace) === (rollouts === "namespace") &&
        labels[rolloutsLabel.key] === rolloutsLabel.value,
      what: "The Rollouts controller is not ready: no release goes on, and none goes back.",
      isNeeded: rollouts !== undefined,
      restart: orLook(showRolloutsPods),
    },
    {
      id: "prometheus",
      is: ({ namespace, labels }: PodFacts) =>
        namespace === monitoring?.namespace && labels["app.kubernetes.io/name"] === "prometheus",
      what: "Prometheus is not ready: analyses come to no verdict, and alerts are silent.",
      isNeeded: config.monitoring,
      restart: orLook(`kubectl -n ${monitoring?.namespace} get pods`),
    },
    {
      id: "client",
      is: ({ namespace, labels }: PodFacts) => namespace === config.namespace && labels.app === clientName(config.app),
      what: "The pod that measures the traffic is not ready: nothing can be measured from inside the mesh.",
      isNeeded: cluster.namespace !== null,
      restart: up,
    },
    {
      id: "judge",
      is: ({ namespace, labels }: PodFacts) => namespace === config.namespace && labels.app === judgeName(config.app),
      what: "The judge is not ready: analyses come to no verdict.",
      isNeeded: cluster.namespace !== null && isJudged(config),
      restart: up,
    },
  ];
  return parts.flatMap(({ id, is, what, isNeeded, restart, start }): readonly Finding[] => {
    const own = [...systemPods, ...pods].filter(is);
    if (!isNeeded || own.some(({ isReady }) => isReady)) return [];
    return [
      {
        id: `not-ready/${id}`,
        severity: ["client", "prometheus", "judge"].includes(id) ? "warning" : "error",
        what,
        evidence: own.length === 0 ? ["it has no pod"] : own.map(described),
        mend: own.length > 0 ? [restart] : [...new Set([...(start ? [start] : []), isOwner(config) ? up : restart])],
      },
    ];
  });
}

const selectorText = (labels: Readonly<Record<string, string>> = {}): string =>
  `-l ${Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")}`;

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

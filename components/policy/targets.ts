import { planAnnotation } from "../workload/render-application.ts";
import { httpRouteFields, routeVariables, virtualServiceFields } from "./route-fields.ts";
import type { PolicySpec } from "./rules.ts";

/** A kind of object, as a manifest and as the API server name it. */
interface TargetKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural, with the subresource that changes the object as well. */
  readonly resources: readonly string[];
}

/** Objects that the same rules are for. */
export interface Target {
  readonly kinds: readonly TargetKind[];
  /** CEL by name: what the rules read as `variables.NAME`. A later one may read those before it. */
  readonly variables: (spec: PolicySpec) => Readonly<Record<string, string>>;
  /** CEL: whether an update is looked at. Default: each is. */
  readonly changed?: string;
}

export type TargetName =
  | "workloads"
  | "services"
  | "budgets"
  | "virtual-services"
  | "http-routes"
  | "rollouts"
  | "namespaces";

const kindOf = (apiVersion: string, kind: string, ...resources: readonly string[]): TargetKind => ({
  apiVersion,
  kind,
  resources,
});

/** The pod's spec, wherever the kind has it; empty for a Rollout that has its pods from a Deployment. `dyn`: no one type has all of the fields. */
const podOf = (object: string): string =>
  `(${object}.kind == "Pod" ? dyn(${object}).spec : ${object}.kind == "CronJob" ? dyn(${object}).spec.jobTemplate.spec.template.spec : dyn(${object}).spec.?template.?spec.orValue({}))`;

/** Lists of the pod's containers, without those that the mesh has put there: these are told by their names with the mesh's own image. */
function containersOf({ settings }: PolicySpec, ...lists: readonly string[]): string {
  const all = lists.map((list) => `variables.pod.?${list}.orValue([])`).join(" + ");
  const isMeshImage = `${JSON.stringify(settings.sidecarImages)}.exists(i, c.image.startsWith(i + ":") || c.image.startsWith(i + "@"))`;
  return `(${all}).filter(c, !(c.name in ["istio-proxy", "istio-init", "istio-validation"] && ${isMeshImage}))`;
}

export const targets: Readonly<Record<TargetName, Target>> = {
  workloads: {
    kinds: [
      kindOf("apps/v1", "Deployment", "deployments"),
      kindOf("apps/v1", "ReplicaSet", "replicasets"),
      kindOf("apps/v1", "StatefulSet", "statefulsets"),
      kindOf("apps/v1", "DaemonSet", "daemonsets"),
      kindOf("batch/v1", "Job", "jobs"),
      kindOf("batch/v1", "CronJob", "cronjobs"),
      kindOf("argoproj.io/v1alpha1", "Rollout", "rollouts"),
      kindOf("v1", "ReplicationController", "replicationcontrollers"),
      kindOf("v1", "Pod", "pods", "pods/ephemeralcontainers"),
    ],
    // What stands is left alone until its pods change: a rollback scales workloads that were there before the policy.
    changed: `${podOf("object")} != ${podOf("oldObject")}`,
    variables: (spec) => ({
      pod: podOf("object"),
      lasting: containersOf(spec, "initContainers", "containers"),
      containers: `variables.lasting + ${containersOf(spec, "ephemeralContainers")}`,
      serving: `variables.pod.?restartPolicy.orValue("Always") == "Always" ? ${containersOf(spec, "containers")} : []`,
      isNonRoot: "variables.pod.?securityContext.?runAsNonRoot.orValue(false)",
    }),
  },
  services: { kinds: [kindOf("v1", "Service", "services")], variables: () => ({}) },
  budgets: { kinds: [kindOf("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")], variables: () => ({}) },
  "virtual-services": {
    kinds: [kindOf("networking.istio.io/v1", "VirtualService", "virtualservices")],
    variables: (spec) => routeVariables(virtualServiceFields, spec),
  },
  "http-routes": {
    kinds: [kindOf("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes")],
    variables: (spec) => routeVariables(httpRouteFields, spec),
  },
  rollouts: {
    kinds: [kindOf("argoproj.io/v1alpha1", "Rollout", "rollouts")],
    variables: () => ({
      ladder:
        "dyn(object).spec.?strategy.?canary.?steps.orValue([]).filter(s, has(s.setWeight)).map(s, int(s.setWeight)) + [100]",
    }),
  },
  namespaces: {
    kinds: [kindOf("v1", "Namespace", "namespaces")],
    variables: () => ({
      ladder: `object.metadata.?annotations[?${JSON.stringify(planAnnotation)}].orValue("0").split(" ").map(w, int(w))`,
    }),
  },
};

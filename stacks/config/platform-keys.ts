import { istioRevision, namespacedName } from "./platform-rule.ts";
import { boolean, integer, oneOf } from "./values.ts";

/** The keys of what applications stand on: how it is found where it is somebody else's, and what a stack installs of it. */
export const platformKeys = {
  istioRevision: istioRevision
    .optional()
    .describe(
      "Of platform existing: the revision or revision tag of Istio that gives the pods their sidecars; empty for the default one, else the only one",
    ),
  ingressGateway: namespacedName
    .optional()
    .describe(
      "Of platform existing: the Service of Istio's ingress gateway, as NAMESPACE/NAME; empty for the only one",
    ),
  prometheus: namespacedName
    .optional()
    .describe("Of platform existing: the Prometheus of its operator, as NAMESPACE/NAME; empty for the only one"),
  istiodReplicas: integer(1, 5)
    .prefault(1)
    .describe("Pods of Istio's control plane, 1 to 5; with two, a rollback works while one of them is down"),
  gatewayNodePort: integer(30_000, 32_767)
    .prefault(30_080)
    .describe("Port of the nodes at which the ingress gateway answers, 30000 to 32767"),
  monitoring: boolean
    .prefault(false)
    .describe(
      "Whether the application is watched by Prometheus and Grafana, true or false; with platform own they are installed, as Helm release kps in namespace monitoring",
    ),
  rollouts: oneOf(["auto", "cluster", "namespace"])
    .prefault("auto")
    .describe(
      "Where Argo Rollouts watches, one of auto (the whole cluster where strategy needs it, else it is not installed), cluster, or namespace (that of the application; its definitions are installed apart). Between cluster and namespace go by auto, with a strategy that needs none",
    ),
  gatewayApi: boolean
    .prefault(false)
    .describe(
      "Whether the definitions of the Gateway API are installed though strategy does not need them, true or false: for other stacks on this platform",
    ),
  istioCni: boolean
    .prefault(false)
    .describe(
      "Whether Istio's CNI agent sets up the network of pods in place of an init container in each, true or false: then Pod Security restricted is enforced where isolation has mode enforce",
    ),
  argoCd: boolean.prefault(false).describe("Whether Argo CD with the Rollouts extension is installed, true or false"),
} as const;

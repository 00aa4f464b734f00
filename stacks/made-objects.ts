import { clusterRegistry } from "../cluster/images/cluster-registry.ts";
import type { PlatformPart } from "../cluster/target.ts";
import { argoCdNamespace } from "../components/argo/render-argo-cd.ts";
import { rolloutsNamespace } from "../components/argo/render-argo-rollouts.ts";
import { ingressNamespace, systemNamespace } from "../components/mesh/render-istio.ts";
import { monitoringNamespace } from "../components/monitoring/render-kube-prometheus-stack.ts";
import { applicationKinds, type MadeConfig, type MadeObjects } from "./application-kinds.ts";
import type { LabConfig } from "./config/schema.ts";
import { priorityObjects } from "./isolation.ts";
import { isOwner, platformParts, rolloutsScope } from "./platform-parts.ts";

const within = (namespace: string, resources: readonly string[]): readonly MadeObjects[] =>
  resources.map((resource) => ({ resource, namespace }));

/** What the program itself makes beside accounts and policies (`guardObjects`); a unit test holds both to what it renders. */
export function programObjects(config: MadeConfig): readonly MadeObjects[] {
  const { namespace, monitoring } = config;
  return [
    { resource: "namespaces" },
    ...within(namespace, applicationKinds(config)),
    ...(monitoring && isOwner(config)
      ? within(monitoringNamespace, ["secrets", "services", "podmonitors.monitoring.coreos.com"])
      : []),
    ...priorityObjects(config),
  ];
}

/** A chart, or a file of definitions, of the platform. */
interface Chart {
  /** What it is of, for people. */
  readonly of: string;
  /** Groups of the API that its definitions add. */
  readonly groups: readonly string[];
  /** What else of it belongs to the whole cluster. */
  readonly clusterWide: readonly string[];
  /** Where it is installed, and what is there of it. */
  readonly inside: readonly { readonly namespace: string; readonly resources: readonly string[] }[];
}

const definitions = "customresourcedefinitions.apiextensions.k8s.io";
const rbac = (...resources: readonly string[]) => resources.map((name) => `${name}.rbac.authorization.k8s.io`);
const webhooks = ["mutating", "validating"].map((kind) => `${kind}webhookconfigurations.admissionregistration.k8s.io`);
const clusterRoles = rbac("clusterroles", "clusterrolebindings");
const roles = rbac("roles", "rolebindings");
/** Of every chart that runs something; Helm keeps its releases in Secrets. */
const workload = ["deployments.apps", "services", "serviceaccounts", "configmaps", "secrets"];

const mesh: Chart = {
  of: "Istio",
  groups: ["networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io"],
  clusterWide: [...clusterRoles, ...webhooks],
  inside: [systemNamespace, ingressNamespace].map((namespace) => ({
    namespace,
    resources: [...workload, ...roles, "poddisruptionbudgets.policy"],
  })),
};

const argoCd: Chart = {
  of: "Argo CD",
  groups: ["argoproj.io"],
  clusterWide: clusterRoles,
  inside: [{ namespace: argoCdNamespace, resources: [...workload, ...roles, "statefulsets.apps"] }],
};

const parts: Readonly<Record<PlatformPart, (config: MadeConfig) => Chart>> = {
  monitoring: () => ({
    of: "the monitoring",
    groups: ["monitoring.coreos.com"],
    clusterWide: [...clusterRoles, ...webhooks],
    inside: [
      {
        namespace: monitoringNamespace,
        resources: [
          ...workload,
          ...roles,
          "daemonsets.apps",
          "jobs.batch",
          ...["prometheuses", "prometheusrules", "servicemonitors"].map((name) => `${name}.monitoring.coreos.com`),
        ],
      },
      // The cluster's own parts are scraped by Services beside them.
      { namespace: "kube-system", resources: ["services"] },
    ],
  }),
  rollouts: (config) => ({
    of: "Argo Rollouts",
    groups: ["argoproj.io"],
    // Definitions alone come with a controller without pods, which has rights in its namespace.
    clusterWide: rolloutsScope(config) === "cluster" ? clusterRoles : [],
    inside: [
      { namespace: rolloutsNamespace, resources: [...workload, ...roles] },
      ...(rolloutsScope(config) === "namespace"
        ? [{ namespace: config.namespace, resources: [...workload, ...roles] }]
        : []),
    ],
  }),
  "istio-cni": () => ({
    of: "Istio's CNI agent",
    groups: [],
    clusterWide: clusterRoles,
    inside: [{ namespace: systemNamespace, resources: [...workload, "daemonsets.apps"] }],
  }),
  "gateway-api": () => ({ of: "the Gateway API", groups: ["gateway.networking.k8s.io"], clusterWide: [], inside: [] }),
};

/** The charts of a stack that installs its platform; none where it stands on another's. */
const chartsOf = (config: MadeConfig): readonly Chart[] =>
  isOwner(config)
    ? [mesh, ...platformParts(config).map((part) => parts[part](config)), ...(config.argoCd ? [argoCd] : [])]
    : [];

/** Everything that an update of a stack makes in its cluster beside accounts and policies, each kind once for each place. */
export function madeObjects(config: MadeConfig): readonly MadeObjects[] {
  const ofCharts = chartsOf(config).flatMap(({ clusterWide, inside }) => [
    ...[definitions, ...clusterWide].map((resource): MadeObjects => ({ resource })),
    ...inside.flatMap(({ namespace, resources }) => within(namespace, resources)),
  ]);
  const all = [...programObjects(config), ...ofCharts];
  return [...new Map(all.map((made) => [`${made.resource} ${made.namespace}`, made])).values()];
}

/** What a stack makes beside that where it brings the cluster's own registry. */
export const registryObjects: readonly MadeObjects[] = within(clusterRegistry.namespace, [
  "configmaps",
  "services",
  "deployments.apps",
  "daemonsets.apps",
  "networkpolicies.networking.k8s.io",
]);

/** The same for people, before the cluster is asked whether it names a registry. */
export const registryChanges: readonly string[] = [
  `where it names no registry for images: namespace ${clusterRegistry.namespace} with one, and port ${clusterRegistry.ports.node} on the loopback of every node`,
];

/** What an update adds to the cluster outside of the application's namespace beside those, one line each for people. */
export function clusterWideChanges(config: MadeConfig): readonly string[] {
  const charts = chartsOf(config);
  const made = charts.flatMap(({ inside }) => inside.map(({ namespace }) => namespace));
  const namespaces = [...new Set([config.namespace, ...made])].filter((name) => name !== "kube-system");
  return [
    `namespace${namespaces.length > 1 ? "s" : ""} ${namespaces.join(", ")}, with what is in ${namespaces.length > 1 ? "them" : "it"}`,
    ...charts.map(
      ({ of, groups, clusterWide }) =>
        `of ${of}, for the whole cluster: ${[`definitions of ${groups.join(", ")}`, ...clusterWide.map(bare)].join(", ")}`,
    ),
    ...(charts.some(({ inside }) => inside.some(({ namespace }) => namespace === "kube-system"))
      ? ["Services in kube-system, by which the monitoring reads the cluster's own parts"]
      : []),
    ...priorityChanges(config),
    ...(isOwner(config) ? [`port ${config.gatewayNodePort} of every node, for the ingress gateway`] : []),
  ];
}

const priorityChanges = (config: Pick<LabConfig, "isolation" | "namespace">): readonly string[] =>
  priorityObjects(config).length > 0 ? [`a priority class for pods of namespace ${config.namespace}`] : [];

/** As {@link clusterWideChanges}, of one of the stack's services: what it stands on is the stack's. */
export const serviceChanges = (config: Pick<LabConfig, "app" | "isolation" | "namespace">): readonly string[] => [
  `namespace ${config.namespace} of service ${config.app}, with what is in it`,
  ...priorityChanges(config),
];

const bare = (resource: string): string => resource.split(".")[0] as string;

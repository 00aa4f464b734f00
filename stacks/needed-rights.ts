import { factsOf } from "../canary/strategies.ts";
import { clusterRegistry } from "../cluster/images/cluster-registry.ts";
import { ingressNamespace } from "../components/mesh/render-istio.ts";
import { monitoringNamespace } from "../components/monitoring/render-kube-prometheus-stack.ts";
import type { LabConfig } from "./config/schema.ts";
import { type MadeConfig, madeObjects, registryObjects } from "./made-objects.ts";
import { existingPlatform } from "./platform-parts.ts";

/** What of a config says which rights its stack needs. */
export type NeedyConfig = MadeConfig & Pick<LabConfig, "ingressGateway" | "prometheus">;

/** One thing that an account may do. */
export interface Right {
  readonly verb: string;
  /** As kubectl names it: `deployments.apps`, `pods/log`. */
  readonly resource: string;
  /** Absent for the whole cluster. */
  readonly namespace?: string;
}

/** By which the engine's plugin, and Helm in it, make, change and remove an object, and watch it until it is ready or gone. */
const making = ["get", "create", "patch", "delete", "list", "watch"];

/** Whoever gives rights that they have not themselves, as charts do, needs these. */
const granting = ["escalate", "bind"];
const isRole = (resource: string): boolean => /^(cluster)?roles\./.test(resource);

type Used = readonly (readonly [resource: string, verbs: readonly string[]])[];

/** From this minor version of Kubernetes 1 on, a WebSocket to a pod needs `create` beside the `get` that it begins with. */
const socketNeedsCreate = 35;
const bySocket = (minor: number): readonly string[] => (minor < socketNeedsCreate ? ["get"] : ["get", "create"]);

/** Callers' proxies are found, asked for their routes, and read for what they count. */
const ofProxies = (minor: number): Used => [
  ["pods", ["list"]],
  ["pods/exec", bySocket(minor)],
  ["pods/proxy", ["get"]],
];

/** By which pods are followed until they are ready, and those that wait out a back-off try again. */
const following: Used = [
  ["pods", ["get", "list", "watch", "delete"]],
  ["pods/log", ["get"]],
  ["events", ["list"]],
  ["deployments.apps", ["list", "watch"]],
  ["replicasets.apps", ["list", "patch"]],
];

/** What else the commands read and write. */
const further: Used = [
  ["leases.coordination.k8s.io", ["get", "create", "patch"]], // one judged promotion at a time
  ["configmaps", ["get", "create", "patch"]],
];

/** Whether a stack's images go into the cluster's own registry, and whether it brings that; undefined where they go elsewhere. */
export type RegistryUse = "brings" | "uses" | undefined;

/** By which images get into the cluster's own registry. */
const ofRegistry = (use: RegistryUse, minor: number): Used => [
  ...(use === "brings" ? [...following, ["daemonsets.apps", ["list", "watch"]] as const] : []),
  ...(use === undefined
    ? []
    : ([
        ["pods", ["list"]],
        ["pods/portforward", bySocket(minor)],
        ["configmaps", ["get", "patch"]],
      ] as const)),
];

/** `rollouts/status` is written by abort, retry and promote. */
const ofRollouts: Used = [
  ["rollouts.argoproj.io/status", ["patch"]],
  ["analysisruns.argoproj.io", ["get", "list"]],
];

/** By which a platform is found that no stack of this project installed. */
const ofExisting: Used = [
  ...[
    "namespaces",
    "services",
    "pods",
    "deployments.apps",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "prometheuses.monitoring.coreos.com",
  ].map((resource) => [resource, ["list"]] as const),
  ["customresourcedefinitions.apiextensions.k8s.io", ["get"]],
];

/** The namespace of a part of the platform: of one that is only found in the update it is known where the config names it. */
const placeOf = ({ platform }: NeedyConfig, own: string, named: string | undefined): string | undefined =>
  platform === existingPlatform ? named?.split("/")[0] : own;

const inside = (namespace: string | undefined, used: Used): readonly Right[] =>
  used.flatMap(([resource, verbs]) => verbs.map((verb) => ({ verb, resource, ...(namespace && { namespace }) })));

/** What is read of the platform: its gateway is a caller, and its Prometheus has the alerts and the judge's counters. */
function ofPlatform(config: NeedyConfig, minor: number): readonly Right[] {
  const { entry } = factsOf(config.strategy);
  const gateway = placeOf(config, ingressNamespace, config.ingressGateway);
  const monitoring = placeOf(config, monitoringNamespace, config.prometheus);
  return [
    ...(entry === "istio-gateway" && gateway !== undefined ? inside(gateway, ofProxies(minor)) : []),
    ...(config.monitoring && monitoring !== undefined ? inside(monitoring, [["services/proxy", ["get"]]]) : []),
    ...(entry === "ingress-controller" ? inside(undefined, [["ingressclasses.networking.k8s.io", ["get"]]]) : []),
    ...(config.platform === existingPlatform ? inside(undefined, ofExisting) : []),
  ];
}

/**
 * What an account must be allowed for a stack: to make all that it makes, and to run the commands. Each right once.
 *
 * @param minor the API server's, such as 36 for Kubernetes 1.36
 */
export function neededRights(config: NeedyConfig, minor: number, registry?: RegistryUse): readonly Right[] {
  const { namespace, strategy } = config;
  const made = [...madeObjects(config), ...(registry === "brings" ? registryObjects : [])];
  const isRollout = factsOf(strategy).owner === "rollout-controller";
  const used = [...ofProxies(minor), ...following, ...further, ...(isRollout ? ofRollouts : [])];
  const all: Right[] = [
    ...made.flatMap((object) => making.map((verb) => ({ verb, ...object }))),
    ...made
      .filter(({ resource }) => isRole(resource))
      .flatMap((object) => granting.map((verb) => ({ verb, ...object }))),
    // Where a release is, Helm looks for its revisions, and notes in the old one that it is superseded.
    ...made
      .filter(({ resource }) => resource === "secrets")
      .flatMap((object) => ["list", "update"].map((verb) => ({ verb, ...object }))),
    ...inside(namespace, used),
    ...inside(clusterRegistry.namespace, ofRegistry(registry, minor)),
    ...ofPlatform(config, minor),
    { verb: "list", resource: "namespaces" }, // in the first update: a stack may have been deployed under another name
  ];
  return [...new Map(all.map((right) => [`${right.verb} ${right.resource} ${right.namespace}`, right])).values()];
}

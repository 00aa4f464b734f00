import { factsOf } from "../canary/strategies.ts";
import type { Right } from "../components/accounts/render-account.ts";
import { ingressNamespace, systemNamespace } from "../components/mesh/render-istio.ts";
import { monitoringNamespace } from "../components/monitoring/render-kube-prometheus-stack.ts";
import type { MadeConfig } from "./application-kinds.ts";
import { existingPlatform, isOwner } from "./platform-parts.ts";

// What the rights of a stack, and those of each role, are put together from.

/** By which the engine's plugin, and Helm in it, make, change and remove an object, and watch it until it is ready or gone. */
export const making = ["get", "create", "patch", "delete", "list", "watch"];

export type Used = readonly (readonly [resource: string, verbs: readonly string[]])[];

/** From this minor version of Kubernetes 1 on, a WebSocket to a pod needs `create` beside the `get` that it begins with. */
const socketNeedsCreate = 35;
const bySocket = (minor: number): readonly string[] => (minor < socketNeedsCreate ? ["get"] : ["get", "create"]);

/** Callers' proxies are found, asked for their routes, and read for what they count. */
export const ofProxies = (minor: number): Used => [
  ["pods", ["list"]],
  ["pods/portforward", bySocket(minor)],
  ["pods/proxy", ["get"]],
];

/** Measured traffic is sent from inside of the client's pod. */
export const ofClient = (minor: number): Used => [["pods/exec", bySocket(minor)]];

/** By which pods are followed until they are ready, and those that wait out a back-off try again. */
export const following: Used = [
  ["pods", ["get", "list", "watch", "delete"]],
  ["pods/log", ["get"]],
  ["events", ["list"]],
  ["deployments.apps", ["list", "watch"]],
  ["replicasets.apps", ["list", "patch"]],
];

/** What else the commands read and write. */
export const further: Used = [
  ["leases.coordination.k8s.io", ["get", "create", "patch"]], // one judged promotion at a time
  ["configmaps", ["get", "create", "patch"]],
  ["events", ["create", "patch"]], // each move is one
];

/** Whether a stack's images go into the cluster's own registry, and whether it brings that; undefined where they go elsewhere. */
export type RegistryUse = "brings" | "uses" | undefined;

/** By which images get into the cluster's own registry. */
export const ofRegistry = (use: RegistryUse, minor: number): Used => [
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
export const ofRollouts: Used = [
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

/** Without which there is no preview: whose the namespace is, and what the application stands on. */
export const neededToPreview = ({ namespace, platform }: MadeConfig): readonly Right[] => [
  { verb: "get", resource: "namespaces", namespace },
  ...(platform === existingPlatform ? inside(undefined, ofExisting) : []),
  ...(isOwner({ platform }) || platform === existingPlatform ? [] : inside(systemNamespace, [["namespaces", ["get"]]])),
];

/** The namespace of a part of the platform: of one that is only found in the update it is known where the config names it. */
const placeOf = ({ platform }: MadeConfig, own: string, named: string | undefined): string | undefined =>
  platform === existingPlatform ? named?.split("/")[0] : own;

/** Each right once. */
export const once = (rights: readonly Right[]): readonly Right[] => [
  ...new Map(rights.map((right) => [`${right.verb} ${right.resource} ${right.namespace}`, right])).values(),
];

export const inside = (namespace: string | undefined, used: Used): readonly Right[] =>
  used.flatMap(([resource, verbs]) => verbs.map((verb) => ({ verb, resource, ...(namespace && { namespace }) })));

/**
 * What an update and its preview look up before anything else: which cluster that is, whose the namespaces are, which registry it has, and
 * for which architecture to build.
 */
export const lookedUp: readonly Right[] = [
  ...inside(undefined, [
    ["namespaces", ["get", "list"]],
    ["nodes", ["list"]],
  ]),
  ...inside("kube-public", [["configmaps", ["get"]]]),
];

/** What is read of the platform: its gateway is a caller, and its Prometheus has the alerts and the judge's counters. */
export function ofPlatform(config: MadeConfig, minor: number): readonly Right[] {
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

import { factsOf } from "../canary/strategies.ts";
import { clusterRegistry } from "../cluster/images/cluster-registry.ts";
import { type MadeConfig, madeObjects, registryObjects } from "./made-objects.ts";

/** One thing that an account may do. */
export interface Right {
  readonly verb: string;
  /** As kubectl names it: `deployments.apps`, `pods/log`. */
  readonly resource: string;
  /** Absent for the whole cluster. */
  readonly namespace?: string;
}

/** By which the engine's plugin, and Helm in it, make, change and remove an object. */
const making = ["get", "create", "patch", "delete"];

/** Whoever gives rights that they have not themselves, as charts do, needs these. */
const granting = ["escalate", "bind"];
const isRole = (resource: string): boolean => /^(cluster)?roles\./.test(resource);

type Used = readonly (readonly [resource: string, verbs: readonly string[]])[];

/** By which pods are followed until they are ready, and those that wait out a back-off try again. */
const following: Used = [
  ["pods", ["get", "list", "watch", "delete"]],
  ["pods/log", ["get"]],
  ["events", ["list"]],
  ["deployments.apps", ["list", "watch"]],
  ["replicasets.apps", ["list", "patch"]],
];

/** What else the update waits by, and what the commands read and write. */
const further: Used = [
  ...following,
  ["pods/exec", ["get"]], // a WebSocket begins with a GET
  ["pods/proxy", ["get"]], // the counters of callers' proxies
  ["leases.coordination.k8s.io", ["get", "create", "patch"]], // one judged promotion at a time
  ["configmaps", ["get", "create", "patch"]],
];

/** By which images get into the cluster's own registry. */
const pushing: Used = [
  ["pods", ["list"]],
  ["pods/portforward", ["get"]], // a WebSocket, too
  ["configmaps", ["get", "patch"]],
];

/** From this minor version of Kubernetes 1 on, a WebSocket to a pod needs `create` beside `get`. */
const socketNeedsCreate = 35;

/** Whether a stack's images go into the cluster's own registry, and whether it brings that; undefined where they go elsewhere. */
export type RegistryUse = "brings" | "uses" | undefined;

/** `rollouts/status` is written by abort, retry and promote. */
const ofRollouts: Used = [
  ["rollouts.argoproj.io/status", ["patch"]],
  ["analysisruns.argoproj.io", ["get", "list"]],
];

/**
 * What an account must be allowed for a stack: to make all that it makes, and to run the commands. Each right once.
 *
 * @param minor the API server's, such as 36 for Kubernetes 1.36
 */
export function neededRights(config: MadeConfig, minor: number, registry?: RegistryUse): readonly Right[] {
  const { namespace, strategy } = config;
  const made = [...madeObjects(config), ...(registry === "brings" ? registryObjects : [])];
  const isRollout = factsOf(strategy).owner === "rollout-controller";
  const socket = (resource: string): Used => (minor < socketNeedsCreate ? [] : [[resource, ["create"]]]);
  const used = [...further, ...socket("pods/exec"), ...(isRollout ? ofRollouts : [])];
  const ofRegistry = [
    ...(registry === "brings" ? [...following, ["daemonsets.apps", ["list", "watch"]] as const] : []),
    ...(registry === undefined ? [] : [...pushing, ...socket("pods/portforward")]),
  ];
  const all: Right[] = [
    ...made.flatMap((object) => making.map((verb) => ({ verb, ...object }))),
    ...made
      .filter(({ resource }) => isRole(resource))
      .flatMap((object) => granting.map((verb) => ({ verb, ...object }))),
    // Where a release is, Helm looks for its revisions, and notes in the old one that it is superseded.
    ...made
      .filter(({ resource }) => resource === "secrets")
      .flatMap((object) => ["list", "update"].map((verb) => ({ verb, ...object }))),
    ...inNamespace(namespace, used),
    ...inNamespace(clusterRegistry.namespace, ofRegistry),
    { verb: "list", resource: "namespaces" }, // in the first update: a stack may have been deployed under another name
  ];
  return [...new Map(all.map((right) => [`${right.verb} ${right.resource} ${right.namespace}`, right])).values()];
}

const inNamespace = (namespace: string, used: Used): readonly Right[] =>
  used.flatMap(([resource, verbs]) => verbs.map((verb) => ({ verb, resource, namespace })));

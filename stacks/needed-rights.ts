import { factsOf } from "../canary/strategies.ts";
import { type MadeConfig, madeObjects } from "./made-objects.ts";

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

/** What else the update waits by, and what the commands read and write. */
const further: readonly (readonly [resource: string, verbs: readonly string[]])[] = [
  ["pods", ["get", "list", "watch", "delete"]],
  ["pods/log", ["get"]],
  ["pods/exec", ["get"]], // a WebSocket begins with a GET
  ["pods/proxy", ["get"]], // the counters of callers' proxies
  ["leases.coordination.k8s.io", ["get", "create", "patch"]], // one judged promotion at a time
  ["events", ["list"]],
  ["deployments.apps", ["list", "watch"]],
  ["replicasets.apps", ["list"]],
  ["configmaps", ["get", "create", "patch"]],
];

/** From this minor version of Kubernetes 1 on, a WebSocket to `pods/exec` needs `create` beside `get`. */
const execNeedsCreate = 35;

/** `rollouts/status` is written by abort, retry and promote. */
const ofRollouts: typeof further = [
  ["rollouts.argoproj.io/status", ["patch"]],
  ["analysisruns.argoproj.io", ["get", "list"]],
];

/**
 * What an account must be allowed for a stack: to make all that it makes, and to run the commands. Each right once.
 *
 * @param minor the API server's, such as 36 for Kubernetes 1.36
 */
export function neededRights(config: MadeConfig, minor: number): readonly Right[] {
  const { namespace, strategy } = config;
  const made = madeObjects(config);
  const isRollout = factsOf(strategy).owner === "rollout-controller";
  const used = [
    ...further,
    ...(minor < execNeedsCreate ? [] : ([["pods/exec", ["create"]]] as const)),
    ...(isRollout ? ofRollouts : []),
  ];
  const all: Right[] = [
    ...made.flatMap((object) => making.map((verb) => ({ verb, ...object }))),
    // Where a release is, Helm looks for its revisions, and notes in the old one that it is superseded.
    ...made
      .filter(({ resource }) => resource === "secrets")
      .flatMap((object) => ["list", "update"].map((verb) => ({ verb, ...object }))),
    ...used.flatMap(([resource, verbs]) => verbs.map((verb) => ({ verb, resource, namespace }))),
    { verb: "list", resource: "namespaces" }, // in the first update: a stack may have been deployed under another name
  ];
  return [...new Map(all.map((right) => [`${right.verb} ${right.resource} ${right.namespace}`, right])).values()];
}

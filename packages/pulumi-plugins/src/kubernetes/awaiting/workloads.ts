import { at, isObject, type Json, listAt, numberAt, objectAt, textAt } from "../../json.ts";
import type { Selection } from "../api/cluster.ts";
import { annotation, isOwnedBy, type KubeObject, nameOf, namespaceOf } from "../objects/objects.ts";
import { condition, conditionLine, isTrue, podProblems } from "./pods.ts";
import { type Readiness, type ReadinessCheck, ready } from "./readiness.ts";

const revisionKey = "deployment.kubernetes.io/revision";

/** A label selector as the API server takes it in a query. */
export function selectorText(selector: Json | undefined): string {
  const labels = Object.entries(objectAt(selector, "matchLabels") ?? {}).map(([key, value]) => `${key}=${value}`);
  const operators: Readonly<Record<string, (key: string, values: string) => string>> = {
    In: (key, values) => `${key} in (${values})`,
    NotIn: (key, values) => `${key} notin (${values})`,
    Exists: (key) => key,
    DoesNotExist: (key) => `!${key}`,
  };
  const expressions = listAt(selector, "matchExpressions").map((one) =>
    operators[textAt(one, "operator")]?.(textAt(one, "key"), listAt(one, "values").join(",")),
  );
  return [...labels, ...expressions].filter(Boolean).join(",");
}

const dependents = (
  object: KubeObject,
  ...kinds: readonly (readonly [apiVersion: string, kind: string])[]
): Selection[] =>
  kinds.map(([apiVersion, kind]) => ({
    apiVersion,
    kind,
    namespace: namespaceOf(object),
    labels: selectorText(at(object, "spec", "selector")),
  }));

const isObserved = (object: KubeObject): boolean =>
  (numberAt(object, "status", "observedGeneration") ?? 0) >= (numberAt(object, "metadata", "generation") ?? 0);

/**
 * A Deployment is in order when it is Available and the ReplicaSet of its current revision has all of its pods ready. A change
 * of the pod template must have led to a new revision first.
 */
export const deploymentCheck: ReadinessCheck = {
  watches: (object) => dependents(object, ["apps/v1", "ReplicaSet"], ["v1", "Pod"]),
  onRead: true,
  check: ({ object, before, related }): Readiness => {
    const revision = annotation(object, revisionKey);
    const replicaSet = related("ReplicaSet").find(
      (one) => annotation(one, revisionKey) === revision && isOwnedBy(one, object),
    );
    const pods = related("Pod").filter((pod) => isOwnedBy(pod, replicaSet));
    const [available, progressing, blocked] = ["Available", "Progressing", "ReplicaFailure"].map((type) =>
      condition(object, type),
    );
    const wanted = numberAt(replicaSet, "spec", "replicas") ?? 1;
    const there = numberAt(replicaSet, "status", "readyReplicas") ?? 0;
    const rolledOut = isTrue(progressing) && textAt(progressing, "reason") === "NewReplicaSetAvailable";
    const isCurrent = Boolean(replicaSet) && isObserved(object) && there >= wanted;
    if (isTrue(available) && isCurrent && (revision === "1" || rolledOut)) return ready;
    // The rollout that failed is told by the pods of its own revision, which is not there yet when nothing changed.
    const details = [
      ...[available, progressing].filter((one) => one && !isTrue(one)).map(conditionLine),
      ...[blocked].filter(isTrue).map(conditionLine),
      isTrue(available)
        ? "Minimum number of Pods to consider the application live was not attained"
        : "Minimum number of live Pods was not attained",
      ...podProblems(pods),
    ];
    const waits =
      before && revision === annotation(before, revisionKey) && !isCurrent
        ? "controller"
        : `app ReplicaSet to be available (${there}/${wanted} Pods available)`;
    return { ready: false, status: `Waiting for ${waits}`, details };
  },
};

export const statefulSetCheck: ReadinessCheck = {
  watches: (object) => dependents(object, ["v1", "Pod"]),
  onRead: true,
  check: ({ object, related }) => {
    const status = objectAt(object, "status") ?? {};
    const wanted = numberAt(object, "spec", "replicas") ?? 1;
    const onDelete =
      textAt(object, "spec", "updateStrategy", "type") === "OnDelete" &&
      (numberAt(object, "metadata", "generation") ?? 0) > 1;
    const counts = ["replicas", "readyReplicas", ...(onDelete ? [] : ["currentReplicas"])];
    const hasReplicas = counts.every((key) => (numberAt(status, key) ?? 0) === wanted);
    const revision = textAt(status, "currentRevision");
    const hasRevision = onDelete || (revision !== "" && revision === textAt(status, "updateRevision"));
    if (isObserved(object) && hasReplicas && hasRevision) return ready;
    const there = numberAt(status, "readyReplicas") ?? 0;
    const details = [
      ...(hasReplicas ? [] : [`${there} out of ${wanted} replicas succeeded readiness checks`]),
      ...(hasRevision
        ? []
        : [
            "StatefulSet controller failed to advance from revision " +
              `"${revision}" to revision "${textAt(status, "updateRevision")}"`,
          ]),
      ...podProblems(related("Pod").filter((pod) => isOwnedBy(pod, object))),
    ];
    return { ready: false, status: `Waiting for StatefulSet to create Pods (${there}/${wanted} Pods ready)`, details };
  },
};

export const daemonSetCheck: ReadinessCheck = {
  watches: (object) => dependents(object, ["v1", "Pod"]),
  onRead: true,
  check: ({ object, related }) => {
    const count = (key: string) => numberAt(object, "status", key) ?? 0;
    const wanted = numberAt(object, "status", "desiredNumberScheduled");
    const isRolledOut =
      wanted !== undefined &&
      ["currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"].every(
        (key) => count(key) >= wanted,
      );
    if (isObserved(object) && isRolledOut) return ready;
    const details = [
      `${count("numberReady")} out of ${wanted ?? "?"} Pods are ready`,
      ...podProblems(related("Pod").filter((pod) => isOwnedBy(pod, object))),
    ];
    return {
      ready: false,
      status: `Waiting for DaemonSet (${count("numberReady")}/${wanted ?? "?"} Pods ready)`,
      details,
    };
  },
};

export const jobCheck: ReadinessCheck = {
  watches: (object) => [
    {
      apiVersion: "v1",
      kind: "Pod",
      namespace: namespaceOf(object),
      labels: `batch.kubernetes.io/job-name=${nameOf(object)}`,
    },
  ],
  onRead: true,
  check: ({ object, related }) => {
    if (isTrue(condition(object, "Complete"))) return ready;
    const failure = condition(object, "Failed");
    const failed = isTrue(failure);
    const count = (key: string) => numberAt(object, "status", key) ?? 0;
    const progress = `(Active: ${count("active")} | Succeeded: ${count("succeeded")} | Failed: ${count("failed")})`;
    const details = [
      ...podProblems(related("Pod").filter((pod) => isOwnedBy(pod, object))),
      ...(failed ? [conditionLine(failure)] : []),
    ];
    return { ready: false, failed, status: `Waiting for Job "${nameOf(object)}" to succeed ${progress}`, details };
  },
};

/** Checks one condition of the status, or by any other test of the object alone. */
export const simpleCheck = (
  status: string,
  isReady: (object: KubeObject, before: KubeObject | undefined) => boolean,
): ReadinessCheck => ({
  watches: () => [],
  onRead: false,
  check: ({ object, before }) =>
    isReady(object, before) ? ready : { ready: false, status, details: isObject(object) ? [status] : [] },
});

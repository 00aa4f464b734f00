import { isDeepStrictEqual } from "node:util";
import { at, listAt, textAt } from "../../json.ts";
import type { Cluster, Selection } from "../api/cluster.ts";
import { AwaitFailure, messageOf } from "../api/errors.ts";
import {
  annotation,
  annotations,
  apiVersionOf,
  isAnnotated,
  type KubeObject,
  kindOf,
  nameOf,
  namespaceOf,
} from "../objects/objects.ts";
import { reachable, type Session } from "../session.ts";
import { condition, isTrue, podCheck } from "./pods.ts";
import type { Readiness, ReadinessCheck } from "./readiness.ts";
import { ingressCheck, serviceCheck } from "./services.ts";
import { waitForCheck } from "./wait-for.ts";
import { Watched } from "./watched.ts";
import { daemonSetCheck, deploymentCheck, jobCheck, simpleCheck, statefulSetCheck } from "./workloads.ts";

/** How each kind tells that it is in order; other kinds are as soon as they are accepted. */
const checks: Readonly<Record<string, ReadinessCheck>> = {
  "apps/v1/Deployment": deploymentCheck,
  "apps/v1/StatefulSet": statefulSetCheck,
  "apps/v1/DaemonSet": daemonSetCheck,
  "batch/v1/Job": jobCheck,
  "v1/Pod": podCheck,
  "v1/Service": serviceCheck,
  "networking.k8s.io/v1/Ingress": ingressCheck,
  "v1/PersistentVolume": simpleCheck("Waiting for the volume to be available", (object) =>
    ["Available", "Bound"].includes(textAt(object, "status", "phase")),
  ),
  "v1/PersistentVolumeClaim": simpleCheck(
    "Waiting for the claim to be bound",
    (object) => textAt(object, "status", "phase") === "Bound",
  ),
  "v1/ResourceQuota": simpleCheck("Waiting for the quota to be counted", (object) =>
    isDeepStrictEqual(at(object, "spec", "hard"), at(object, "status", "hard")),
  ),
  "apiextensions.k8s.io/v1/CustomResourceDefinition": simpleCheck(
    "Waiting for the API server to serve the new kind",
    (object) => isTrue(condition(object, "Established")),
  ),
};

export interface AwaitRequest {
  readonly urn: string;
  readonly inputs: KubeObject;
  readonly live: KubeObject;
  readonly before?: KubeObject;
  readonly timeoutSeconds: number;
}

const selectionOf = (object: KubeObject): Selection => ({
  apiVersion: apiVersionOf(object),
  kind: kindOf(object),
  namespace: namespaceOf(object),
  name: nameOf(object),
});

/** A claim on a class that binds late is in order as soon as it waits for its first pod. */
async function bindsLate(cluster: Cluster, object: KubeObject): Promise<boolean> {
  const name = textAt(object, "spec", "storageClassName");
  if (kindOf(object) !== "PersistentVolumeClaim" || !name) return false;
  const found = await cluster
    .get({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name } })
    .catch(() => undefined);
  return textAt(found, "volumeBindingMode") === "WaitForFirstConsumer";
}

/** Waits until an object is in order and returns it. Throws {@link AwaitFailure} with the reasons when the time is over. */
export async function awaitReady(session: Session, request: AwaitRequest): Promise<KubeObject> {
  const { inputs, live, before, urn } = request;
  if (isAnnotated(inputs, annotations.skipAwait)) return live;
  const asked = annotation(live, annotations.waitFor);
  const check = asked ? waitForCheck(asked) : checks[`${apiVersionOf(live)}/${kindOf(live)}`];
  const cluster = reachable(session);
  if (!check || (await bindsLate(cluster, live))) return live;
  const watched = new Watched(live, before);
  const readiness = await watched.until(
    session,
    [selectionOf(live), ...check.watches(live)],
    urn,
    request.timeoutSeconds,
    check.check,
  );
  session.engine.status(urn, "");
  if (readiness.ready) return watched.object;
  const message = readiness.failed
    ? `Resource '${nameOf(live)}' was created but failed to initialize`
    : session.cancelled.aborted
      ? `Resource operation was cancelled for "${nameOf(live)}"`
      : `'${nameOf(live)}' timed out waiting to be Ready`;
  throw new AwaitFailure(message, watched.object, readiness.details);
}

/** The readiness of a live object at this moment, without waiting. Undefined for kinds that a refresh does not check. */
export async function readinessOf(cluster: Cluster, live: KubeObject): Promise<Readiness | undefined> {
  const check = checks[`${apiVersionOf(live)}/${kindOf(live)}`];
  if (!check?.onRead) return undefined;
  const lists = await Promise.all(
    check.watches(live).map(async (selection) => [selection.kind, await cluster.list(selection)] as const),
  );
  const related = new Map(lists);
  const forever = Number.POSITIVE_INFINITY;
  return check.check({
    object: live,
    before: undefined,
    related: (kind) => related.get(kind) ?? [],
    quietFor: () => forever,
    elapsed: forever,
  });
}

/** Throws {@link AwaitFailure} when a live object is not in order now. */
export async function checkHealth(session: Session, live: KubeObject): Promise<void> {
  const readiness = await readinessOf(reachable(session), live);
  if (!readiness || readiness.ready) return;
  throw new AwaitFailure(`Resource '${nameOf(live)}' was created but failed to initialize`, live, readiness.details);
}

/** Kinds whose deletion `skipAwait` does not wait for either. */
const hastyKinds = ["Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment", "StatefulSet", "Job"];

/** Waits until an object is gone. Names its finalizers when it stays. */
export async function awaitDeleted(
  session: Session,
  { urn, inputs, live, timeoutSeconds }: AwaitRequest,
): Promise<void> {
  if (isAnnotated(inputs, annotations.skipAwait) && hastyKinds.includes(kindOf(live))) return;
  const watched = new Watched(live, undefined);
  const check = (): Readiness => ({ ready: watched.isGone, status: "Deletion initiated", details: [] });
  const readiness = await watched
    .until(session, [selectionOf(live)], urn, timeoutSeconds, check)
    .catch((error: unknown) => {
      throw new AwaitFailure(messageOf(error), live);
    });
  session.engine.status(urn, "");
  if (readiness.ready) return;
  if (readiness.failed) throw new AwaitFailure(readiness.details.join("; "), watched.object);
  const finalizers = listAt(watched.object, "metadata", "finalizers").join(", ");
  session.engine.warning(urn, `finalizers might be preventing deletion (${finalizers})`);
  throw new AwaitFailure("timed out waiting for the condition", watched.object);
}

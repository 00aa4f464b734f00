import { canonicalQuantity } from "@canary-lab/kit/kube/quantity";
import { isObject, type Json, type JsonObject, objectAt, words } from "../../json.ts";
import { unknown } from "../../values.ts";
import type { Cluster } from "../api/cluster.ts";
import type { Shape } from "../api/schemas.ts";
import { apiVersionOf, isBuiltIn, isCustomResourceDefinition, type KubeObject, kindOf } from "./objects.ts";

/** Fields that only the API server writes. */
const readOnlyMetadata = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/**
 * Kubernetes' types leave these out when they are zero, so that zero and absent are one. For all other numbers and booleans
 * zero means something (a pointer in the type), and it stays.
 */
const zeroIsAbsent = new Set(
  words(`
    hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly paused unschedulable publishNotReadyAddresses
    minReadySeconds initialDelaySeconds periodSeconds successThreshold failureThreshold hostPort nodePort
    healthCheckNodePort`),
);
/** Texts for which the empty one means something. */
const emptyTextCounts = new Set([
  "storageClassName",
  "volumeAttributesClassName",
  "ingressClassName",
  "loadBalancerClass",
  "name",
  "apiGroup",
]);

/** The value in the form in which the API server's types write it; undefined where they would leave it out. */
function normaliseValue(value: Json, shape: Shape, field = "", isRequired = false): Json | undefined {
  if (value === null) return undefined;
  if (value === unknown) return value;
  switch (shape.type) {
    case "quantity":
      return typeof value === "string" || typeof value === "number" ? canonicalQuantity(String(value)) : value;
    case "string":
      return value === "" && !isRequired && !emptyTextCounts.has(field) ? undefined : value;
    case "boolean":
    case "integer":
      return (value === 0 || value === false) && zeroIsAbsent.has(field) ? undefined : value;
    case "list":
      if (!Array.isArray(value)) return value;
      if (value.length === 0 && !isRequired) return undefined;
      return value.map((item) => normaliseValue(item, shape.items, "", true) ?? item);
    case "map":
      if (!isObject(value)) return value;
      if (Object.keys(value).length === 0 && !isRequired) return undefined;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, normaliseValue(item, shape.items, "", true) ?? item]),
      );
    case "object": {
      if (!isObject(value)) return value;
      const result: JsonObject = {};
      for (const [key, item] of Object.entries(value)) {
        const known = shape.fields(key);
        const normal = known && normaliseValue(item, known, key, shape.required.includes(key));
        if (normal !== undefined) result[key] = normal;
      }
      return result;
    }
    case "any":
      return value;
  }
}

/** A Secret as the API server keeps it: all of it in `data`, in canonical base64. */
function normaliseSecret(object: KubeObject): void {
  const data = objectAt(object, "data") ?? {};
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== "string" || value === unknown) continue;
    const bare = value.replace(/[\r\n]/g, "");
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(bare)) data[key] = Buffer.from(bare, "base64").toString("base64");
  }
  const texts = Object.entries(objectAt(object, "stringData") ?? {});
  if (texts.length === 0) return;
  for (const [key, value] of texts)
    data[key] = value === unknown ? value : Buffer.from(String(value)).toString("base64");
  object.data = data;
  delete object.stringData;
}

/**
 * Inputs in one form per meaning, so that a difference is one that the cluster would see: `cpu: 1000m` and `cpu: "1"`, an empty
 * list and none. Fields that a kind of Kubernetes' own does not have are dropped, as the API server would. Custom resources stay
 * as they are. Without a cluster to ask only the read-only fields go.
 */
export async function normalise(object: KubeObject, cluster: Cluster | undefined): Promise<KubeObject> {
  let result = object;
  if (isCustomResourceDefinition(object)) {
    delete object.status;
    const spec = objectAt(object, "spec");
    if (spec?.preserveUnknownFields === false) delete spec.preserveUnknownFields;
  } else if (apiVersionOf(object) === "v1" && kindOf(object) === "Secret") {
    normaliseSecret(object);
  } else if (cluster && isBuiltIn(apiVersionOf(object))) {
    const shape = await cluster.schemas.shape(apiVersionOf(object), kindOf(object));
    if (shape) result = normaliseValue(object, shape, "", true) as KubeObject;
  }
  const metadata = objectAt(result, "metadata");
  for (const key of readOnlyMetadata) if (metadata) delete metadata[key];
  return result;
}

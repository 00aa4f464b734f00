import { at, isObject, type Json, type JsonObject, objectAt, textAt, words } from "../../json.ts";
import { typeOf } from "../../values.ts";

/** A Kubernetes object: `apiVersion`, `kind`, `metadata` and the rest, as JSON. */
export type KubeObject = JsonObject;

export const nameOf = (object: KubeObject): string => textAt(object, "metadata", "name");
export const namespaceOf = (object: KubeObject): string => textAt(object, "metadata", "namespace");
export const apiVersionOf = (object: KubeObject): string => textAt(object, "apiVersion");
export const kindOf = (object: KubeObject): string => textAt(object, "kind");

/** `namespace/name`, or `name` where there is no namespace: the resource's id. */
export const idOf = (object: KubeObject): string => [namespaceOf(object), nameOf(object)].filter(Boolean).join("/");

export function parseId(id: string): { readonly namespace: string; readonly name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: "", name: first } : { namespace: first, name: second };
}

/** Annotations that steer this plugin; the real one's own names. */
export const annotations = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  waitFor: "pulumi.com/waitFor",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  patchForce: "pulumi.com/patchForce",
  patchFieldManager: "pulumi.com/patchFieldManager",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
  replaceUnready: "pulumi.com/replaceUnready",
} as const;

export const annotation = (object: KubeObject, key: string): string => textAt(object, "metadata", "annotations", key);
export const isAnnotated = (object: KubeObject, key: string): boolean => annotation(object, key) === "true";

/** `metadata` of an object, made where it is missing. An unknown one stays what it is and undefined is returned. */
export function metadataOf(object: KubeObject): JsonObject | undefined {
  object.metadata ??= {};
  return isObject(object.metadata) ? object.metadata : undefined;
}

/** Sets `metadata.<field>.<key>`, unless that place is not known yet. */
export function setMetadata(object: KubeObject, field: "annotations" | "labels", key: string, value: string): void {
  const metadata = metadataOf(object);
  if (!metadata) return;
  metadata[field] ??= {};
  const entries = metadata[field];
  if (isObject(entries)) entries[key] = value;
}

export function setNamespace(object: KubeObject, namespace: string): void {
  const metadata = metadataOf(object);
  if (!metadata) return;
  if (namespace) metadata.namespace = namespace;
  else delete metadata.namespace;
}

export const isOwnedBy = (object: KubeObject, owner: KubeObject | undefined): boolean => {
  const owners = at(object, "metadata", "ownerReferences");
  const uid = owner && textAt(owner, "metadata", "uid");
  return Boolean(uid) && Array.isArray(owners) && owners.some((reference: Json) => textAt(reference, "uid") === uid);
};

/** The API groups that Kubernetes itself defines; anything else is a custom resource. */
export function isBuiltIn(apiVersion: string): boolean {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const builtInDomains = words(`
    authentication authorization rbac.authorization admissionregistration apiextensions apiregistration certificates
    coordination discovery events flowcontrol.apiserver internal.apiserver networking node resource scheduling
    storage storagemigration`);
  return (
    ["", "core", "apps", "autoscaling", "batch", "extensions", "policy"].includes(group) ||
    builtInDomains.some((domain) => group === `${domain}.k8s.io`)
  );
}

/** Cluster-scoped kinds of Kubernetes itself, for when the API server cannot be asked. */
const clusterScoped =
  /^(Namespace|Node|PersistentVolume|ClusterRole|ClusterRoleBinding|ClusterTrustBundle|CustomResourceDefinition|APIService|CertificateSigningRequest|FlowSchema|PriorityLevelConfiguration|IPAddress|ServiceCIDR|VolumeAttachment|CSIDriver|CSINode|\w+Class|\w+WebhookConfiguration|\w+AdmissionPolicy(Binding)?|ComponentStatus|RuntimeClass)$/;

/** Whether a kind is namespaced, guessed from its name: custom resources are taken to be. */
export const isLikelyNamespaced = (apiVersion: string, kind: string): boolean =>
  !(isBuiltIn(apiVersion) && clusterScoped.test(kind));

export const isCustomResourceDefinition = (object: KubeObject): boolean =>
  kindOf(object) === "CustomResourceDefinition" && apiVersionOf(object).startsWith("apiextensions.k8s.io/");

/** A Patch resource manages some fields of an object that somebody else owns: its type token ends in `Patch`. */
export const isPatch = (urn: string, object: KubeObject): boolean => typeOf(urn).endsWith(`:${kindOf(object)}Patch`);

export const resourceNameOf = (urn: string): string => urn.split("::").slice(3).join("::");

/** apiVersion and kind that a type token names. */
export function kindOfType(type: string): { readonly apiVersion: string; readonly kind: string } {
  const [, apiVersion = "", kind = ""] = type.split(":");
  return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}

export const labelsOf = (object: KubeObject): JsonObject => objectAt(object, "metadata", "labels") ?? {};

import { at, isObject, type Json, type JsonObject, listAt, objectAt, textAt } from "../../json.ts";
import type { Settings } from "../settings.ts";
import { annotations, isAnnotated, type KubeObject } from "./objects.ts";

/** Under this name objects are created (an Update in Kubernetes' words); the first update moves its fields to the applying manager. */
export const creatingManager = "pulumi-kubernetes";

const managersOf = (object: KubeObject): JsonObject[] => listAt(object, "metadata", "managedFields").filter(isObject);

/** Managers whose fields an update takes over without asking: this plugin's own creations, and what a user did with kubectl by hand. */
function isTakenOver(entry: JsonObject): boolean {
  const manager = textAt(entry, "manager");
  if (textAt(entry, "subresource")) return false; // kubectl scale, for one, stays its own master
  if (manager.startsWith("kubectl")) return true;
  return (
    entry.operation === "Update" &&
    ["before-first-apply", creatingManager, "pulumi-resource-kubernetes"].some((name) => manager.startsWith(name))
  );
}

function union(left: JsonObject, right: JsonObject): JsonObject {
  const result = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const there = result[key];
    result[key] = isObject(there) && isObject(value) ? union(there, value) : value;
  }
  return result;
}

/**
 * The managed fields after `manager` has taken over those of creations and of kubectl, so that applying meets no conflict with
 * them and owns them all. Undefined when there is nothing to take over.
 */
export function takeOver(object: KubeObject, manager: string): JsonObject[] | undefined {
  const entries = managersOf(object);
  const own = entries.find((entry) => entry.manager === manager && entry.operation === "Apply");
  const taken = entries.filter((entry) => entry !== own && isTakenOver(entry));
  const first = own ?? taken[0];
  if (taken.length === 0 || !first) return undefined;
  const fields = taken.reduce(
    (all, entry) => union(all, objectAt(entry, "fieldsV1") ?? {}),
    objectAt(own, "fieldsV1") ?? {},
  );
  return [
    ...entries.filter((entry) => entry !== own && !taken.includes(entry)),
    { ...first, manager, operation: "Apply", fieldsV1: fields },
  ];
}

const manages = (entry: JsonObject, path: readonly string[]): boolean =>
  at(entry, "fieldsV1", ...path.map((step) => `f:${step}`)) !== undefined;

/**
 * Honours ignoreChanges under server-side apply, in place: a path that only others manage is not sent at all, one that is ours is
 * sent as it is live. A path into a list is not understood, for an atomic list has one owner: its old input stays.
 */
export function keepIgnored(inputs: KubeObject, live: KubeObject, ignored: readonly string[], manager: string): void {
  for (const text of ignored) {
    const path = text.split(".");
    const owners = managersOf(live).filter((entry) => manages(entry, path));
    const isOurs = owners.some((entry) => entry.manager === manager);
    const value = at(live, ...path);
    if (owners.length > 0 && !isOurs) setAt(inputs, path, undefined);
    else if (value !== undefined) setAt(inputs, path, value);
  }
}

function setAt(object: JsonObject, path: readonly string[], value: Json | undefined): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (rest.length === 0) {
    if (value === undefined) delete object[step];
    else object[step] = value;
    return;
  }
  if (value !== undefined) object[step] ??= {};
  const next = object[step];
  if (isObject(next)) setAt(next, rest, value);
}

/** Whether an apply overrules other managers. A preview overrules those whose fields the update would take over first. */
export function isForced(
  inputs: KubeObject,
  live: KubeObject | undefined,
  settings: Settings,
  preview: boolean,
): boolean {
  if (isAnnotated(inputs, annotations.patchForce) || settings.patchForce) return true;
  if (!live) return preview;
  const managers = managersOf(live);
  return (
    managers.length === 0 ||
    (preview && managers.some((entry) => entry.operation === "Update" && entry.manager === creatingManager))
  );
}

/** A conflict, told with what to do about it. */
export const conflictMessage = (manager: string, cause: string): string =>
  "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
  "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help\n" +
  `The resource managed by field manager "${manager}" had an apply conflict: ${cause}`;

const controllers = /^(kube-|kubelet$)/;

/**
 * What of a live object people and programs wrote: all that some manager says it manages, but for what Kubernetes' own
 * controllers do and for what the API server fills in without a manager, such as a Service's addresses.
 */
export function writtenPart(live: KubeObject): KubeObject {
  const sets = managersOf(live).filter(
    (entry) => !textAt(entry, "subresource") && !controllers.test(textAt(entry, "manager")),
  );
  if (sets.length === 0) return live;
  const fields = sets.reduce((all, entry) => union(all, objectAt(entry, "fieldsV1") ?? {}), {} as JsonObject);
  const { apiVersion = "", kind = "" } = live;
  const metadata = { ...objectAt(written(live, fields), "metadata"), ...identityOf(live) };
  return { ...written(live, fields), apiVersion, kind, metadata };
}

function identityOf(live: KubeObject): JsonObject {
  const metadata = objectAt(live, "metadata") ?? {};
  return Object.fromEntries(
    ["name", "namespace"].flatMap((key) => (metadata[key] === undefined ? [] : [[key, metadata[key]]])),
  );
}

function written(value: JsonObject, fields: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const set = fields[`f:${key}`];
    if (!isObject(set)) continue;
    kept[key] = isObject(item) && Object.keys(set).some((name) => name.startsWith("f:")) ? written(item, set) : item;
  }
  return kept;
}

import { covers, difference, type PathChange, prune } from "../../difference.ts";
import type { JsonObject } from "../../json.ts";
import { plain } from "../../values.ts";
import { replacingPaths } from "../objects/immutable.ts";
import { normalise } from "../objects/normalise.ts";
import {
  annotations,
  apiVersionOf,
  isAnnotated,
  isLikelyNamespaced,
  isPatch,
  type KubeObject,
  kindOf,
  metadataOf,
  nameOf,
  namespaceOf,
  setNamespace,
} from "../objects/objects.ts";
import { readState } from "../objects/state.ts";
import type { Session } from "../session.ts";

export interface Difference {
  readonly changes: ReadonlyMap<string, PathChange>;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Top-level properties, where the engine is to be told them. */
  readonly properties?: readonly string[];
  /** Report changes even where there are none. */
  readonly always?: boolean;
}

export interface DiffRequest {
  readonly urn: string;
  readonly olds: JsonObject;
  readonly news: JsonObject;
  readonly ignoreChanges: readonly string[];
}

const isJobDone = (job: KubeObject): boolean => {
  const conditions = (job.status as JsonObject | undefined)?.conditions;
  return (
    Array.isArray(conditions) &&
    conditions.some((one) => (one as JsonObject).type === "Complete" && (one as JsonObject).status === "True")
  );
};

/**
 * Compares the new inputs with the live object of the state, reduced to what the old inputs named: what the cluster added is no
 * difference, what it changed is.
 */
export async function diff(session: Session, { urn, olds, news, ignoreChanges }: DiffRequest): Promise<Difference> {
  const { cluster, settings } = session;
  const state = readState(olds);
  const [oldInputs, inputs] = await Promise.all([normalise(state.inputs, cluster), normalise(plain(news), cluster)]);
  const old = prune(state.live, oldInputs) as KubeObject;
  const [apiVersion, kind] = [apiVersionOf(inputs), kindOf(inputs)];
  const isNamespaced = cluster?.isNamespaced(apiVersion, kind) ?? isLikelyNamespaced(apiVersion, kind);
  for (const object of [old, inputs]) setNamespace(object, isNamespaced ? namespaceOf(object) || "default" : "");
  const oldMetadata = metadataOf(old);
  if (nameOf(inputs) && oldMetadata) oldMetadata.name = nameOf(state.live); // so that a name made by the server can be written down
  if (oldMetadata) delete oldMetadata.resourceVersion;

  const changes = difference(old, inputs, replacingPaths(inputs, isPatch(urn, inputs), settings.mutability));
  for (const path of [...changes.keys()])
    if (ignoreChanges.some((ignored) => covers(ignored, path))) changes.delete(path);
  const replaces = [...changes].filter(([, change]) => change.replaces).map(([path]) => path);
  if (isAnnotated(inputs, annotations.replaceUnready) && kind === "Job" && cluster) {
    const live = await cluster.get(state.live).catch(() => undefined);
    if (live && !isJobDone(live)) replaces.push('.metadata.annotations["pulumi.com/replaceUnready"]');
  }
  const keepsPlace =
    nameOf(inputs) !== "" &&
    !isAnnotated(inputs, annotations.autonamed) &&
    nameOf(inputs) === nameOf(state.live) &&
    namespaceOf(inputs) === namespaceOf(state.live);
  return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && keepsPlace };
}

import { isDeepStrictEqual } from "node:util";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { revisionLabel } from "../../../../canary/rollout/rollout-route.ts";
import { replicaSetPath, rolloutPath } from "../../../../cluster/kube/paths.ts";
import type { RolloutManifest } from "../../../../components/rollout/rollout-types.ts";
import type { Stored } from "./fake-api-server.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
export type Status = Mutable<NonNullable<RolloutObject["status"]>> & { currentStepHash?: string };
export type Objects = Map<string, Stored>;

export interface Rollout extends Omit<RolloutObject, "spec" | "status"> {
  readonly metadata: RolloutObject["metadata"] & { readonly namespace: string };
  readonly spec: RolloutManifest["spec"] & RolloutObject["spec"] & { readonly template: Template };
  readonly status?: Status;
}

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

export interface ReplicaSet extends Stored {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly object[];
  };
  readonly spec: { readonly replicas: number; readonly template: Template };
}

const counter = "rollout.argoproj.io/revision";
export const deadline = "scale-down-deadline";

/** @returns the hash of the present template, whose ReplicaSet is the newest */
export function reviseTemplate(rollout: Rollout, objects: Objects): string {
  const { metadata, spec } = rollout;
  const sets = setsOf(rollout, objects).map(([, set]) => set);
  const last = Math.max(0, ...sets.map((set) => Number(set.metadata.annotations[counter])));
  const known = sets.find((set) => isDeepStrictEqual(withoutHash(set.spec.template), spec.template));
  const hash = known ? hashOf(known) : `hash${last + 1}`;
  const revision = known && Number(known.metadata.annotations[counter]) === last ? last : last + 1;
  const labels = { ...spec.template.metadata.labels, [revisionLabel]: hash };
  const name = `${metadata.name}-${hash}`;
  objects.set(replicaSetPath(metadata.namespace, name), {
    metadata: {
      name,
      labels,
      annotations: { ...known?.metadata.annotations, ...metadata.annotations, [counter]: String(revision) },
      ownerReferences: [{ kind: "Rollout", name: metadata.name, controller: true }],
    },
    spec: {
      replicas: known?.spec.replicas ?? spec.replicas,
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  } as Stored);
  return hash;
}

export function scale(
  rollout: Rollout,
  objects: Objects,
  wanted: (hash: string, set: ReplicaSet) => { readonly replicas: number; readonly until?: string },
): void {
  for (const [path, set] of setsOf(rollout, objects)) {
    const { replicas, until } = wanted(hashOf(set), set);
    const { [deadline]: _former, ...others } = set.metadata.annotations;
    const annotations = { ...others, ...(until !== undefined && { [deadline]: until }) };
    const { template } = set.spec;
    const status = { replicas, readyReplicas: replicas };
    objects.set(path, { metadata: { ...set.metadata, annotations }, spec: { replicas, template }, status } as Stored);
  }
}

export function setsOf({ metadata }: Rollout, objects: Objects): readonly (readonly [string, ReplicaSet])[] {
  const begin = replicaSetPath(metadata.namespace, `${metadata.name}-hash`);
  return [...objects].flatMap(([path, set]) => (path.startsWith(begin) ? [[path, set as ReplicaSet] as const] : []));
}

/** ReplicaSets go with their Rollout. */
export function removeOrphans(objects: Objects): void {
  for (const path of objects.keys()) {
    const [, namespace = "", name = ""] = /\/namespaces\/([^/]+)\/replicasets\/(.+)-hash\d+$/.exec(path) ?? [];
    if (name && !objects.has(rolloutPath(namespace, name))) objects.delete(path);
  }
}

export const hashOf = ({ metadata }: ReplicaSet): string => metadata.labels[revisionLabel] ?? "";

function withoutHash(template: Template): Template {
  const { [revisionLabel]: _hash, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

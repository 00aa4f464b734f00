import { isDeepStrictEqual } from "node:util";
import type { Stored } from "./fake-api-server.ts";

interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
}

interface Deployment extends Stored {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly generation?: number;
  };
  readonly spec: { readonly replicas: number; readonly template: Template };
}

interface ReplicaSet extends Stored {
  readonly metadata: {
    readonly name: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly { readonly name: string }[];
  };
  readonly spec: { readonly replicas: number; readonly template: Template };
}

const counter = "deployment.kubernetes.io/revision";
const hashLabel = "pod-template-hash";

/**
 * What the controller of Deployments has done by the end of an update whose pods all become ready: a ReplicaSet for each template, of
 * which that of the present one has the pods, the Deployment's annotations and the highest revision. One that comes back counts as new.
 */
export function deploymentController(path: string, objects: Map<string, Stored>): void {
  if (!/\/deployments\/[^/]+$/.test(path)) return;
  const sets = setsOf(path, objects);
  const deployment = objects.get(path) as Deployment | undefined;
  if (!deployment) {
    for (const [key] of sets) objects.delete(key);
    return;
  }
  const { metadata, spec } = deployment;
  const last = Math.max(0, ...sets.map(([, set]) => revisionOf(set)));
  const known = sets.find(([, { spec: own }]) => isDeepStrictEqual(withoutHash(own.template), spec.template));
  const hash = known?.[1].spec.template.metadata.labels[hashLabel] ?? `${last + 1}`;
  const revision = known && revisionOf(known[1]) === last ? last : last + 1;
  for (const [key, set] of sets)
    objects.set(key, { ...set, spec: { ...set.spec, replicas: 0 }, status: { readyReplicas: 0 } });
  const name = `${metadata.name}-${hash}`;
  const labels = { ...spec.template.metadata.labels, [hashLabel]: hash };
  objects.set(path.replace(/deployments\/[^/]+$/, `replicasets/${name}`), {
    metadata: {
      name,
      labels,
      annotations: { ...metadata.annotations, [counter]: String(revision) },
      ownerReferences: [{ kind: "Deployment", name: metadata.name, controller: true }],
    },
    spec: {
      replicas: spec.replicas,
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: { readyReplicas: spec.replicas },
  } as Stored);
  const generation = (metadata.generation ?? 0) + 1;
  const { replicas } = spec;
  objects.set(path, {
    ...deployment,
    metadata: { ...metadata, generation },
    status: {
      observedGeneration: generation,
      replicas,
      updatedReplicas: replicas,
      availableReplicas: replicas,
      readyReplicas: replicas,
    },
  } as Stored);
}

function setsOf(path: string, objects: ReadonlyMap<string, Stored>): readonly (readonly [string, ReplicaSet])[] {
  const [folder = "", name] = path.split("/deployments/");
  return [...objects].flatMap(([key, object]) => {
    if (!key.startsWith(`${folder}/replicasets/`)) return [];
    const set = object as ReplicaSet;
    return set.metadata.ownerReferences.some((owner) => owner.name === name) ? [[key, set] as const] : [];
  });
}

const revisionOf = ({ metadata }: ReplicaSet): number => Number(metadata.annotations[counter]);

function withoutHash(template: Template): Template {
  const { [hashLabel]: _hash, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

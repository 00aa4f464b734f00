import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import { objectPath, secretsPath } from "../../../../cluster/kube/paths.ts";
import { fieldManager } from "../../../../components/traffic/route-metadata.ts";
import { secretMark } from "../../mask.ts";
import { type Deployment, objectOf, type ResourceState, releaseOf } from "../pending.ts";
import { type FieldDrift, type Fields, fieldDrift } from "./compare.ts";

/** A resource of the state that the cluster has not, or has otherwise. */
export interface Drift {
  readonly urn: string;
  /** Such as `Deployment`, or `Helm release`. */
  readonly kind: string;
  /** `namespace/name`, or `name` where there is no namespace. */
  readonly id: string;
  /** Where the API server serves it. */
  readonly path: string;
  /** The live object; undefined where it is gone. */
  readonly live: Fields | undefined;
  /** Empty where it is gone, or about to go. */
  readonly fields: readonly FieldDrift[];
}

/** What is asked of the cluster for one resource. */
interface Probe extends Pick<Drift, "kind" | "id" | "path"> {
  readonly resource: ResourceState;
}

/**
 * Compares each Kubernetes object and Helm release of a state with the cluster: one round of reads, side by side.
 *
 * @throws ApiError where the account may not read one of them
 */
export const findDrift = (cluster: Pick<ClusterClient, "get">, state: Deployment): Promise<readonly Drift[]> =>
  driftBy((path) => cluster.get<Fields>(path), state);

/**
 * The same without what the account may not read: of a platform, for instance, on which it has no rights.
 *
 * @param note gets the refusal of each of these
 */
export const findVisibleDrift = (
  cluster: Pick<ClusterClient, "get">,
  state: Deployment,
  note: (refusal: ApiError) => void = () => {},
): Promise<readonly Drift[]> =>
  driftBy(async (path) => {
    try {
      return await cluster.get<Fields>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) {
        note(error);
        return hidden;
      }
      throw error;
    }
  }, state);

const hidden = Symbol("hidden");

async function driftBy(
  read: (path: string) => Promise<Fields | undefined | typeof hidden>,
  state: Deployment,
): Promise<readonly Drift[]> {
  const probes = (state.resources ?? []).flatMap((resource) => probeOf(resource) ?? []);
  const compared = probes.map(async (probe) => {
    const live = await read(probe.path);
    return live === hidden ? undefined : driftOf(probe, live);
  });
  return (await Promise.all(compared)).filter((drift) => drift !== undefined);
}

/** Undefined for what is no single object in the cluster, such as an image, and for what the engine itself is about to remove. */
function probeOf(resource: ResourceState): Probe | undefined {
  if (!resource.id || resource.delete || resource.external) return undefined;
  const release = releaseOf(resource);
  if (release) {
    const { name, namespace } = release;
    const path = secretsPath(namespace, { owner: "helm", name });
    return { resource, kind: "Helm release", id: `${namespace}/${name}`, path: `${path}&limit=1` };
  }
  const object = objectOf(resource);
  if (!object) return undefined;
  const [first = "", second] = resource.id.split("/");
  const [namespace, name] = second === undefined ? [undefined, first] : [first, second];
  const { apiVersion, kind } = object;
  const path = objectPath({ apiVersion, kind, name, ...(namespace && { namespace }) });
  return { resource, kind, id: resource.id, path };
}

function driftOf({ resource, ...found }: Probe, live: Fields | undefined): Drift | undefined {
  const { urn, inputs = {}, outputs = {}, ignoreChanges } = resource;
  const isGone = live === undefined || (Array.isArray(live.items) && live.items.length === 0);
  if (isGone) return { urn, ...found, live: undefined, fields: [] };
  if (isLeaving(live)) return { urn, ...found, live, fields: [] };
  // It is there. More cannot be compared: of a definition the program's own names of fields differ from those of the API.
  if (releaseOf(resource) || hasSecrets(inputs) || found.kind === "CustomResourceDefinition") return undefined;
  const managers = [String(outputs.__fieldManager), "pulumi-kubernetes", fieldManager];
  const fields = fieldDrift({ wanted: inputs, live, managers, ...(ignoreChanges && { ignored: ignoreChanges }) });
  return fields.length > 0 ? { urn, ...found, live, fields } : undefined;
}

/** Whether its deletion has begun. */
export const isLeaving = ({ metadata }: Fields): boolean =>
  (metadata as { readonly deletionTimestamp?: string } | undefined)?.deletionTimestamp !== undefined;

const hasSecrets = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (secretMark in value || Object.values(value).some((inner) => hasSecrets(inner)));

/** A resource as the engine keeps it, as far as it is read here. */
export interface ResourceState {
  readonly urn: string;
  /** The type token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** To be removed by the next update; another resource has its URN. */
  readonly delete?: boolean;
  /** Only read by the program. */
  readonly external?: boolean;
  /** Paths of the inputs that the program leaves to somebody else. */
  readonly ignoreChanges?: readonly string[];
  /** URNs of the resources that this one needs, in all and by property. */
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly deletedWith?: string;
}

/** An operation that the engine had begun when it was killed. */
export interface PendingOperation {
  /** What it was: `creating`, `updating`, `deleting`, … */
  readonly type: string;
  readonly resource: ResourceState;
}

/** A stack's state, as `pulumi stack export` gives it and the backend keeps it. */
export interface Deployment {
  readonly resources?: readonly ResourceState[];
  readonly pending_operations?: readonly PendingOperation[];
}

export interface ExportedState {
  readonly version: number;
  /** What of the format is used, such as `hooks`. */
  readonly features?: readonly string[];
  readonly deployment: Deployment;
}

/** A Kubernetes object by its coordinates. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The object that a create was making; undefined for what is not one Kubernetes object with a name. */
export function objectOf({ type, inputs }: ResourceState): ObjectReference | undefined {
  const { apiVersion, kind, metadata } = (inputs ?? {}) as Partial<ObjectReference> & {
    readonly metadata?: Partial<ObjectReference>;
  };
  if (!type.startsWith("kubernetes:") || !apiVersion || !kind || !metadata?.name) return undefined;
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace && { namespace }) };
}

/** The Helm release that a create was making. */
export function releaseOf({
  type,
  inputs,
}: ResourceState): Required<Pick<ObjectReference, "name" | "namespace">> | undefined {
  const { name, namespace } = (inputs ?? {}) as Partial<ObjectReference>;
  return type === "kubernetes:helm.sh/v3:Release" && name && namespace ? { name, namespace } : undefined;
}

/** The id by which the Kubernetes provider knows an object or a release. */
export const providerId = ({ name, namespace }: Pick<ObjectReference, "name" | "namespace">): string =>
  namespace ? `${namespace}/${name}` : name;

/**
 * A state without open operations, in which the creates that came about are resources like any other; their outputs are for a refresh
 * to fill in. What a create depends on was there before it began, so it can stand at the end.
 *
 * @param ids of the resources that exist, by URN
 */
export function settled(state: ExportedState, ids: ReadonlyMap<string, string>): ExportedState {
  const { pending_operations = [], resources = [], ...rest } = state.deployment;
  const made = pending_operations.flatMap(({ resource }) => {
    const id = ids.get(resource.urn);
    return id === undefined ? [] : [{ ...resource, id, outputs: {} }];
  });
  return { ...state, deployment: { ...rest, resources: [...resources, ...made] } };
}

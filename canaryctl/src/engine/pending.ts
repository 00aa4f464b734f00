/** An operation that the engine had begun when it was killed. */
export interface PendingOperation {
  readonly operation: string;
  readonly urn: string;
  /** The resource's type token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A Kubernetes object by its coordinates. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface StateJson {
  readonly deployment?: StateJson;
  readonly pending_operations?: readonly {
    readonly type: string;
    readonly resource: {
      readonly urn: string;
      readonly type: string;
      readonly inputs?: Readonly<Record<string, unknown>>;
    };
  }[];
}

/** The open operations in a state, from the backend's file or from `stack export`, which wraps it once more. */
export function pendingOperations(state: unknown): readonly PendingOperation[] {
  const json = (state ?? {}) as StateJson;
  return ((json.deployment ?? json).pending_operations ?? []).map(({ type: operation, resource }) => ({
    operation,
    urn: resource.urn,
    type: resource.type,
    inputs: resource.inputs ?? {},
  }));
}

/** The object that a pending create would have made; undefined for what is not one Kubernetes object with a name. */
export function objectOf({ type, inputs }: PendingOperation): ObjectReference | undefined {
  const { apiVersion, kind, metadata } = inputs as {
    apiVersion?: string;
    kind?: string;
    metadata?: { name?: string; namespace?: string };
  };
  if (!type.startsWith("kubernetes:") || !apiVersion || !kind || !metadata?.name) return undefined;
  return { apiVersion, kind, name: metadata.name, ...(metadata.namespace ? { namespace: metadata.namespace } : {}) };
}

/** The Helm release that a pending create would have made. */
export function releaseOf({
  type,
  inputs,
}: PendingOperation): { readonly name: string; readonly namespace: string } | undefined {
  const { name, namespace } = inputs as { name?: string; namespace?: string };
  return type === "kubernetes:helm.sh/v3:Release" && name && namespace ? { name, namespace } : undefined;
}

/** The id by which the Kubernetes provider knows an object or a release. */
export const providerId = ({ name, namespace }: { readonly name: string; readonly namespace?: string }): string =>
  namespace ? `${namespace}/${name}` : name;

import { ApiError, type PodClient } from "@canary-lab/kit/kube/client";

/** An object as the API server keeps it. */
export interface Stored {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: object;
  readonly status?: object;
}

const status = (code: number, reason: string, message: string, path: string): ApiError =>
  new ApiError(code, message, path, { kind: "Status", apiVersion: "v1", status: "Failure", reason, code, message });

/**
 * Objects by their path, with the answers of the real API server (Kubernetes 1.36 with Istio 1.29) to what canaryctl asks of it: nothing
 * for an object or a list that is not there, a refusal for an object of a namespace that is not there, and Istio's webhook, which
 * refuses weights that are none.
 */
export class FakeApiServer implements PodClient {
  readonly objects = new Map<string, Stored>();
  /** Called before each write; what it throws is the answer. */
  onWrite: (path: string, object: Stored | undefined) => void = () => {};

  async get<T>(path: string): Promise<T | undefined> {
    if (path.includes("?labelSelector=")) return { items: [] } as T;
    return structuredClone(this.objects.get(path)) as T | undefined;
  }

  async apply<T>(path: string, object: object, _manager: string): Promise<T> {
    this.#mustBeAllowed(path, object);
    this.onWrite(path, object);
    const before = this.objects.get(path);
    const after = structuredClone({ ...(before?.status && { status: before.status }), ...object });
    this.objects.set(path, after);
    return after as T;
  }

  async patch<T>(path: string, change: object): Promise<T> {
    const before = this.objects.get(path);
    if (!before) throw status(404, "NotFound", `${path} not found`, path);
    const after = merged(before, change) as Stored;
    this.onWrite(path, after);
    this.objects.set(path, after);
    return after as T;
  }

  async delete(path: string): Promise<void> {
    this.onWrite(path, undefined);
    this.objects.delete(path);
  }

  async text(): Promise<undefined> {}

  /** What is in a namespace, and it itself, as one text. */
  contentOf(namespace: string): string {
    const own = [...this.objects].filter(([path]) => isIn(path, namespace)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify(own);
  }

  #mustBeAllowed(path: string, object: object): void {
    const [, namespace] = /\/namespaces\/([^/]+)\/./.exec(path) ?? [];
    if (namespace !== undefined && !this.objects.has(`/api/v1/namespaces/${namespace}`))
      throw status(404, "NotFound", `namespaces "${namespace}" not found`, path);
    for (const weight of weightsIn(object)) {
      if (Number.isInteger(weight) && weight >= 0) continue;
      throw status(
        400,
        "BadRequest",
        `admission webhook "validation.istio.io" denied the request: configuration is invalid: weight ${weight} < 0`,
        path,
      );
    }
  }
}

export const isIn = (path: string, namespace: string): boolean =>
  path === `/api/v1/namespaces/${namespace}` || path.includes(`/namespaces/${namespace}/`);

function weightsIn(object: object): readonly number[] {
  const { http = [] } = ((object as Stored).spec ?? {}) as {
    http?: readonly { route: readonly { weight: number }[] }[];
  };
  return http.flatMap(({ route }) => route.map(({ weight }) => weight));
}

/** JSON merge patch (RFC 7386). */
function merged(before: unknown, change: unknown): unknown {
  if (typeof change !== "object" || change === null || Array.isArray(change)) return change;
  const result: Record<string, unknown> = { ...(typeof before === "object" ? before : {}) };
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

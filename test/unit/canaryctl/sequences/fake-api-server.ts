import { isDeepStrictEqual } from "node:util";
import { ApiError, type PodClient } from "@canary-lab/kit/kube/client";

/** An object as the API server keeps it. */
export interface Stored {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly generation?: number;
  };
  readonly spec?: object;
  readonly status?: object;
}

/** Changes the objects as a controller of the cluster does after a write to `path`, which may be a deletion. */
export type Controller = (path: string, objects: Map<string, Stored>) => void;

const status = (code: number, reason: string, message: string, path: string): ApiError =>
  new ApiError(code, message, path, { kind: "Status", apiVersion: "v1", status: "Failure", reason, code, message });

/** As the API server calls the kind and the object of a path, such as `virtualservices.networking.istio.io "a"`. */
function nameOf(path: string): string {
  const [, group, kind, name] =
    /^\/api(?:s\/([^/]+))?\/[^/]+(?:\/namespaces\/[^/]+)?\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return `${kind}${group ? `.${group}` : ""} "${name}"`;
}

/**
 * Objects by their path, with the answers of the real API server (Kubernetes 1.36 with Istio 1.29) to what canaryctl asks of it: nothing
 * for an object or a list that is not there; refusals for an object of a namespace that is not there, for numbers that are none, by Istio's
 * webhook where they are weights, and for a change of another version. An object that is applied keeps what others have written beside it.
 * 81-fake-api-server.test.ts asks the same of both.
 */
export class FakeApiServer implements PodClient {
  readonly objects = new Map<string, Stored>();
  /** What each manager applied last, by path. */
  readonly #applied = new Map<string, object>();
  #writes = 0;
  /** What goes on in the cluster after a write, at once. */
  readonly #controllers: readonly Controller[];
  /** Called after each write, and what follows of it. */
  onWrite: (path: string) => void = () => {};

  constructor(...controllers: readonly Controller[]) {
    this.#controllers = controllers;
  }

  async get<T>(path: string): Promise<T | undefined> {
    const [folder = "", query] = path.split("?labelSelector=");
    if (query !== undefined) return { items: this.#labelled(folder, decodeURIComponent(query)) } as T;
    return structuredClone(this.objects.get(path)) as T | undefined;
  }

  async apply<T>(path: string, object: object, manager: string): Promise<T> {
    this.#mustBeAllowed(path, object);
    const before = this.objects.get(path);
    const key = `${manager} ${path}`;
    const kept = before && without(before, this.#applied.get(key), object);
    const after = merged(kept, JSON.parse(JSON.stringify(object))) as Stored;
    this.#applied.set(key, structuredClone(object));
    return this.#store(path, after) as T;
  }

  async patch<T>(url: string, change: object): Promise<T> {
    const [target = ""] = url.split("?"); // the query names the manager
    const path = target.replace(/\/status$/, "");
    const before = this.objects.get(path);
    if (!before) throw status(404, "NotFound", `${nameOf(path)} not found`, path);
    const { metadata, status: told } = change as Stored;
    const version = metadata?.resourceVersion;
    if (version !== undefined && version !== before.metadata?.resourceVersion) {
      const newer = "the object has been modified; please apply your changes to the latest version and try again";
      throw status(409, "Conflict", `Operation cannot be fulfilled on ${nameOf(path)}: ${newer}`, path);
    }
    const after = merged(before, path === target ? change : { status: told }) as Stored;
    return this.#store(path, after) as T;
  }

  #store(path: string, { metadata, ...object }: Stored): Stored {
    const before = this.objects.get(path);
    const { generation = 0 } = before?.metadata ?? {};
    const stored = {
      ...object,
      metadata: {
        ...metadata,
        resourceVersion: String(++this.#writes),
        ...(object.spec && { generation: isDeepStrictEqual(object.spec, before?.spec) ? generation : generation + 1 }),
      },
    };
    this.objects.set(path, stored);
    this.#goOn(path);
    return structuredClone(stored);
  }

  #goOn(path: string): void {
    for (const controller of this.#controllers) controller(path, this.objects);
    this.onWrite(path);
  }

  /** @param selector such as `app=a,role=b` */
  #labelled(folder: string, selector: string): readonly Stored[] {
    const wanted = selector.split(",").map((pair) => pair.split("="));
    const inFolder = [...this.objects].filter(([path]) => path.startsWith(`${folder}/`));
    return structuredClone(
      inFolder.flatMap(([, object]) =>
        wanted.every(([key = "", value]) => object.metadata?.labels?.[key] === value) ? [object] : [],
      ),
    );
  }

  async delete(path: string): Promise<void> {
    this.objects.delete(path);
    this.#goOn(path);
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
    const { replicas = 0 } = ((object as Stored).spec ?? {}) as { readonly replicas?: number };
    if (replicas < 0) {
      const fault = `spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`;
      const kind = `${(object as { readonly kind?: string }).kind}.apps`;
      throw status(422, "Invalid", `${kind} ${nameOf(path).replace(/^\S+ /, "")} is invalid: ${fault}`, path);
    }
    for (const weight of weightsIn(object)) {
      if (Number.isInteger(weight) && weight >= 0) continue;
      throw status(
        400,
        "",
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

/** An object without the fields that its manager applied before and does not now. */
function without(live: object, before: object | undefined, now: object): object {
  const [fields, kept] = [Object.entries(live), now as Record<string, unknown>];
  const earlier = (before ?? {}) as Record<string, unknown>;
  const left = fields.filter(([key]) => key in kept || !(key in earlier));
  return Object.fromEntries(
    left.map(([key, value]) => [
      key,
      isFields(value) && isFields(earlier[key]) && isFields(kept[key])
        ? without(value, earlier[key], kept[key])
        : value,
    ]),
  );
}

const isFields = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

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

import { UserError } from "../user-error.ts";
import { ApiServer } from "./api-server.ts";
import { connect } from "./connection.ts";
import { ApiError } from "./errors.ts";
import { readKubeconfig, selectContext } from "./kubeconfig.ts";

export { ApiError, UnreachableError, unknownCaller } from "./errors.ts";

/** Single objects of a cluster by their path in the API, such as `/api/v1/…`. */
export interface ClusterClient {
  /** The object or list at a path; undefined where there is none. */
  get<T>(path: string): Promise<T | undefined>;
  /** Server-side apply of a whole object: fields that other managers own are taken over. */
  apply<T>(path: string, object: object, manager: string): Promise<T>;
  /** JSON merge patch (RFC 7386) of an object or, by its path, of its `/status`: for fields whose owner acts on what they say. */
  patch<T>(path: string, change: object): Promise<T>;
}

/** What is done to pods beside that. */
export interface PodClient extends ClusterClient {
  /** Begins to delete an object; nothing is done where there is none. */
  delete(path: string): Promise<void>;
  /** What is plain text there, such as the log of a pod; undefined where there is none. */
  text(path: string): Promise<string | undefined>;
}

export interface KubeClientOptions {
  /** What the user is to run where the kubeconfig does not hold the context. */
  readonly nextForContext?: string;
  /** What the user is to run where the cluster does not answer, or does not know who asks. */
  readonly nextForSilence?: string;
  /** Where proxies are looked up; default: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const timeoutMilliseconds = 10_000;

/** A client of a context in a kubeconfig file; it connects when it is first used. It does not take the current context. */
export class KubeClient implements PodClient {
  readonly #api: ApiServer;

  constructor(kubeconfig: string, context: string, options: KubeClientOptions = {}) {
    const { nextForSilence: next } = options;
    this.#api = new ApiServer(() => openContext(kubeconfig, context, options), { timeoutMilliseconds, next });
  }

  async get<T>(path: string): Promise<T | undefined> {
    return ifThere(async () => (await this.#api.call(path)) as T);
  }

  async apply<T>(path: string, object: object, manager: string): Promise<T> {
    const applied = await this.#api.call(path, {
      method: "PATCH",
      query: { fieldManager: manager, force: "true" },
      // JSON is YAML: the apply patch has no content type of its own for JSON.
      contentType: "application/apply-patch+yaml",
      body: object,
    });
    return applied as T;
  }

  async patch<T>(path: string, change: object): Promise<T> {
    const contentType = "application/merge-patch+json";
    return (await this.#api.call(path, { method: "PATCH", contentType, body: change })) as T;
  }

  /** Posts an object to the path of its kind: makes it, or has a question of that form answered. */
  async create<T>(path: string, object: object): Promise<T> {
    return (await this.#api.call(path, { method: "POST", body: object })) as T;
  }

  async delete(path: string): Promise<void> {
    await ifThere(() => this.#api.call(path, { method: "DELETE" }));
  }

  async text(path: string): Promise<string | undefined> {
    return ifThere(() => this.#api.text(path));
  }
}

/** Undefined where the server says that there is no such object. */
async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

async function openContext(path: string, context: string, options: KubeClientOptions) {
  try {
    const kubeconfig = readKubeconfig(path);
    return await connect(selectContext(kubeconfig, { context }), options.environment);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, place = path, allowed } = error;
    const next = allowed ? options.nextForContext : options.nextForSilence;
    throw new UserError(message, { place, cause: error, ...(allowed && { allowed }), ...(next && { next }) });
  }
}

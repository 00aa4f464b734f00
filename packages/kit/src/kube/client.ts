import { request as plainRequest } from "node:http";
import { request } from "node:https";
import { UserError } from "../user-error.ts";
import { type Connection, connect } from "./connection.ts";

/** What canaryctl itself asks of a cluster; everything else is the engine's. Paths are those of the API, such as `/api/v1/…`. */
export interface ClusterClient {
  /** The object or list at a path; undefined where there is none. */
  get<T>(path: string): Promise<T | undefined>;
  /** Server-side apply of a whole object: fields that other managers own are taken over. */
  apply<T>(path: string, object: object, manager: string): Promise<T>;
  /** JSON merge patch (RFC 7386) of an object or, by its path, of its `/status`: for fields whose owner acts on what they say. */
  patch<T>(path: string, change: object): Promise<T>;
}

/** An answer of the API server that is not a success. */
export class ApiError extends UserError {
  readonly status: number;

  constructor(status: number, message: string, place: string) {
    super(message, { place });
    this.status = status;
  }
}

/** The API server could not be asked at all. */
export class UnreachableError extends UserError {}

const timeoutMilliseconds = 10_000;

/** A client of a context in a kubeconfig file; it connects when it is first used. */
export class KubeClient implements ClusterClient {
  readonly #open: () => Promise<Connection>;
  #connection: Promise<Connection> | undefined;

  constructor(kubeconfig: string, context: string) {
    this.#open = () => connect(kubeconfig, context);
  }

  get<T>(path: string): Promise<T | undefined> {
    return this.#call<T>("GET", path);
  }

  async apply<T>(path: string, object: object, manager: string): Promise<T> {
    const query = new URLSearchParams({ fieldManager: manager, force: "true" });
    // JSON is YAML: the apply patch has no content type of its own for JSON.
    const body = { type: "application/apply-patch+yaml", content: object };
    const applied = await this.#call<T>("PATCH", `${path}?${query}`, body);
    if (applied === undefined)
      throw new ApiError(404, "The cluster does not know this kind of object, or its namespace.", path);
    return applied;
  }

  async patch<T>(path: string, change: object): Promise<T> {
    const body = { type: "application/merge-patch+json", content: change };
    const patched = await this.#call<T>("PATCH", path, body);
    if (patched === undefined) throw new ApiError(404, "There is no such object in the cluster.", path);
    return patched;
  }

  async #call<T>(method: string, path: string, body?: Body): Promise<T | undefined> {
    this.#connection ??= this.#open();
    const { server, options } = await this.#connection;
    const { status, text } = await send({ server, options }, method, path, body);
    if (status === 404) return undefined;
    const answer = parseAnswer(text);
    if (status >= 300)
      throw new ApiError(status, answer.message ?? `The API server answered ${status}.`, `${method} ${path}`);
    return answer as T;
  }
}

/** What a request carries: an object, and how the API server is to read it. */
interface Body {
  readonly type: string;
  readonly content: object;
}

function parseAnswer(text: string): { readonly message?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 200) };
  }
}

function send({ server, options }: Connection, method: string, path: string, body: Body | undefined) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const unreachable = (cause: Error) =>
      reject(
        new UnreachableError(`The cluster does not answer: ${cause.message || (cause as NodeJS.ErrnoException).code}`, {
          place: server.href,
          next: "npx canaryctl up",
          cause,
        }),
      );
    const call = (server.protocol === "http:" ? plainRequest : request)(
      new URL(server.pathname.replace(/\/$/, "") + path, server),
      {
        ...options,
        method,
        timeout: timeoutMilliseconds,
        headers: {
          ...(options.headers as Record<string, string> | undefined),
          accept: "application/json",
          ...(body ? { "content-type": body.type } : {}),
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", unreachable);
      },
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMilliseconds / 1000} s`)));
    call.on("error", unreachable);
    call.end(body ? JSON.stringify(body.content) : undefined);
  });
}

import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { networkReason, send, textOf } from "../http.ts";
import type { Connection } from "./connection.ts";
import { ApiError, UnreachableError, unknownCaller } from "./errors.ts";

/** One request to the API server. */
export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** Of the body; default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface WatchEvent<T = object> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

export interface ApiServerOptions {
  /** How long the server may be silent, in milliseconds; default 30,000. A watch may be silent for ever. */
  readonly timeoutMilliseconds?: number;
  readonly userAgent?: string;
  /** What the user is to run where the server does not answer, or does not know who asks. */
  readonly next?: string | undefined;
}

/** How often a server that is too busy (429) is asked again. */
const busyAttempts = 5;

/** The API server's REST interface, over connections that are kept. Paths are those of the API, such as `/api/v1/…`. */
export class ApiServer {
  readonly #open: () => Promise<Connection>;
  readonly #options: ApiServerOptions;
  #connection: Promise<Connection> | undefined;

  /** @param open called once, at the first request */
  constructor(open: () => Promise<Connection>, options: ApiServerOptions = {}) {
    this.#open = open;
    this.#options = options;
  }

  /**
   * One call.
   *
   * @throws ApiError for an answer that is no success, UnreachableError where there is no answer, the signal's reason where it
   * was given up
   */
  async call<T extends object>(path: string, call: Call = {}): Promise<T> {
    return (objectIn(await this.text(path, call)) ?? {}) as T;
  }

  /** The same, with the answer as it is. */
  async text(path: string, call: Call = {}): Promise<string> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#send(path, call, this.#options.timeoutMilliseconds ?? 30_000);
      const text = await this.#guarded(path, call.signal, () => textOf(response));
      const status = response.statusCode ?? 0;
      if (status === 429 && attempt < busyAttempts) {
        await sleep(1000 * (Number(response.headers["retry-after"]) || 1), undefined, { signal: call.signal });
        continue;
      }
      if (status >= 300) throw refusalOf(status, text, `${call.method ?? "GET"} ${path}`, this.#options.next);
      return text;
    }
  }

  /**
   * Calls back for each change until the signal or the server ends the watch; the server does so after 20 minutes.
   *
   * @throws as {@link call} does, where the watch cannot be opened or breaks
   */
  async watch<T extends object>(
    path: string,
    query: Call["query"],
    onEvent: (event: WatchEvent<T>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const call = { query: { ...query, watch: "1", timeoutSeconds: "1200" }, signal };
      const response = await this.#send(path, call, 0, "streams");
      const status = response.statusCode ?? 0;
      if (status >= 300) throw refusalOf(status, await textOf(response), `watch ${path}`, this.#options.next);
      await this.#guarded(path, signal, async () => {
        for await (const line of linesOf(response)) onEvent(JSON.parse(line) as WatchEvent<T>);
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #send(
    path: string,
    call: Call,
    timeoutMilliseconds: number,
    by: "agent" | "streams" = "agent",
  ): Promise<IncomingMessage> {
    this.#connection ??= this.#open();
    const { server, access } = await this.#connection;
    const { [by]: agent, headers } = await access();
    const { method = "GET", query = {}, body, contentType = "application/json", accept, signal } = call;
    const url = new URL(server.pathname.replace(/\/$/, "") + path, server);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    const { userAgent } = this.#options;
    return this.#guarded(path, signal, () =>
      send({
        url,
        method,
        agent,
        timeoutMilliseconds,
        signal,
        headers: {
          ...headers,
          accept: accept ?? "application/json",
          ...(userAgent && { "user-agent": userAgent }),
          ...(body !== undefined && { "content-type": contentType }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  }

  /** Runs what speaks with the server; a fault of the network becomes an error that says where. */
  async #guarded<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (signal?.aborted) throw cause;
      const { server } = await (this.#connection as Promise<Connection>);
      throw new UnreachableError(`The cluster does not answer: ${networkReason(cause as Error)}`, {
        place: server.origin + server.pathname.replace(/\/$/, "") + path, // without a name and a password that it may hold
        ...(this.#options.next && { next: this.#options.next }),
        cause,
      });
    }
  }
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) yield line;
  }
}

function objectIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function refusalOf(status: number, text: string, place: string, next: string | undefined): ApiError {
  const body = objectIn(text);
  const { message, reason } = (body ?? {}) as { readonly message?: string; readonly reason?: string };
  if (reason === "Unauthorized") return new ApiError(status, unknownCaller, place, body, next);
  if (message) return new ApiError(status, message, place, body);
  // As for a kind whose CRD is not installed: plain text, "404 page not found".
  if (status === 404) return new ApiError(404, "The API server does not know this kind of object.", place, body);
  return new ApiError(status, text.trim().slice(0, 200) || `The API server answered ${status}.`, place, body);
}

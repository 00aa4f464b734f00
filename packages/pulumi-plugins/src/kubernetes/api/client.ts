import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { isObject, type Json, type JsonObject, objectAt, textAt } from "../../json.ts";
import type { Access } from "./kubeconfig.ts";

/** An answer of the API server that says no. `code` is the HTTP status, `reason` Kubernetes' own word for it. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly status: JsonObject;

  constructor(code: number, status: JsonObject) {
    super(textAt(status, "message") || `the API server answered ${code}`);
    this.name = "ApiError";
    this.code = code;
    this.reason = textAt(status, "reason");
    this.status = status;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.reason === "Conflict";
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === "AlreadyExists";
export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.reason === "Forbidden";
export const isMissingNamespace = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 404 && textAt(objectAt(error.status, "details"), "kind") === "namespaces";

export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: Json;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject;
}

/** The API server's REST interface over connections that are kept. Times out a silent server after 30 seconds. */
export class Client {
  readonly #access: Access;
  readonly #agent: http.Agent;
  readonly #http: typeof http | typeof https;

  constructor(access: Access) {
    this.#access = access;
    this.#http = access.server.startsWith("http:") ? http : https;
    const options = { keepAlive: true, maxSockets: 64 };
    this.#agent = this.#http === http ? new http.Agent(options) : new https.Agent({ ...options, ...access.tls });
  }

  get server(): string {
    return this.#access.server;
  }

  /** One call; a server that asks for patience (429) gets it a few times. Throws {@link ApiError}, or the network's own error. */
  async call(path: string, call: Call = {}): Promise<JsonObject> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#send(path, call);
      const text = await bodyOf(response);
      const code = response.statusCode ?? 0;
      if (code === 429 && attempt < 5) {
        await sleep(1000 * (Number(response.headers["retry-after"]) || 1));
        continue;
      }
      const answer = parseAnswer(text);
      if (code >= 400) throw new ApiError(code, isObject(answer) ? answer : { message: text.trim() });
      return isObject(answer) ? answer : {};
    }
  }

  /** Calls back for every change until the signal or the server ends it. Throws where the watch cannot be opened. */
  async watch(
    path: string,
    query: Call["query"],
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const response = await this.#send(path, { query: { ...query, watch: "1", timeoutSeconds: "1200" }, signal });
    if ((response.statusCode ?? 0) >= 400)
      throw new ApiError(response.statusCode ?? 0, parseAnswer(await bodyOf(response)) as JsonObject);
    let rest = "";
    response.setEncoding("utf8");
    try {
      for await (const chunk of response) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line) onEvent(JSON.parse(line) as WatchEvent);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #send(
    path: string,
    { method = "GET", query = {}, body, contentType, accept, signal }: Call,
  ): Promise<http.IncomingMessage> {
    const url = new URL(this.#access.server + path);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: http.OutgoingHttpHeaders = {
      accept: accept ?? "application/json",
      "user-agent": "pulumi-kubernetes",
    };
    if (this.#access.authorization) headers.authorization = this.#access.authorization;
    if (payload !== undefined) {
      headers["content-type"] = contentType ?? "application/json";
      headers["content-length"] = Buffer.byteLength(payload);
    }
    const verb = method === "GET" ? "Get" : method[0] + method.slice(1).toLowerCase();
    return new Promise((resolve, reject) => {
      const request = this.#http.request(url, { method, agent: this.#agent, headers, signal }, resolve);
      request.setTimeout(query.watch ? 0 : 30_000, () =>
        request.destroy(new Error("timed out waiting for the API server")),
      );
      request.on("error", (error) => reject(new Error(`${verb} "${url}": ${networkReason(error)}`, { cause: error })));
      request.end(payload);
    });
  }
}

function networkReason(
  error: Error & { code?: string; errors?: readonly Error[]; address?: string; port?: number },
): string {
  if (error.code === "ECONNREFUSED") return `dial tcp ${error.address}:${error.port}: connect: connection refused`;
  return error.errors?.map((inner) => inner.message).join(", ") || error.message;
}

async function bodyOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function parseAnswer(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

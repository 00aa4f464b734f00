import type { Agent, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as tlsRequest } from "node:https";
import type { ConnectionOptions, SecureContextOptions } from "node:tls";
import { proxyFor } from "./proxy.ts";

// Not by an import: that reads each export of the module, and one of them, WebSocket, loads all of undici, 20 ms of each command.
const http = process.getBuiltinModule("node:http");

/** Node's client without TLS, for who must not load undici either. */
export const plainRequest = http.request;

/** How the other side is verified, and what we show it. Absent fields are Node's defaults: its own authorities, verified. */
export interface TlsOptions
  extends Pick<SecureContextOptions, "ca" | "cert" | "key">,
    Pick<ConnectionOptions, "rejectUnauthorized" | "servername" | "checkServerIdentity"> {}

export interface HttpRequest {
  readonly url: URL;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Path of a Unix socket; the host of `url` is then a name only. */
  readonly socketPath?: string;
  /** Keeps connections and holds their TLS options; absent: one connection for this request. */
  readonly agent?: Agent;
  /** For a request without an agent. */
  readonly tls?: TlsOptions;
  /** Milliseconds without a byte from the other side after which the request fails; 0: none. */
  readonly timeoutMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request and resolves with the response as soon as its headers are there. Rejects with Node's error where nothing
 * answers. It stands on Node's own client because undici takes 40 ms to load, which a rollback would notice.
 */
export function send(request: HttpRequest): Promise<IncomingMessage> {
  const { url, method = "GET", headers, body, socketPath, agent, tls, timeoutMilliseconds, signal } = request;
  return new Promise((resolve, reject) => {
    let response: IncomingMessage | undefined;
    const call = (url.protocol === "http:" ? plainRequest : tlsRequest)(
      url,
      {
        method,
        agent: agent ?? false,
        timeout: timeoutMilliseconds,
        // Said for each method: Node itself leaves it out for DELETE, and the body is then read as the next request.
        headers: { ...headers, ...(body !== undefined && { "content-length": Buffer.byteLength(body) }) },
        ...(socketPath && { socketPath }),
        ...(signal && { signal }),
        ...tls,
      },
      (received) => {
        response = received;
        resolve(received);
      },
    );
    const giveUp = () => {
      const late = new Error(`no answer within ${timeoutMilliseconds / 1000} s`);
      response?.destroy(late); // or whoever reads it hears of "aborted" only
      call.destroy(late);
    };
    call.on("timeout", giveUp);
    // Node's own counts a second time from the TLS handshake on, where the other side accepts connections and is silent.
    const untilHeaders = timeoutMilliseconds > 0 ? setTimeout(giveUp, timeoutMilliseconds) : undefined;
    for (const event of ["response", "close"]) call.once(event, () => clearTimeout(untilHeaders));
    call.on("error", reject);
    call.end(body);
  });
}

/** The whole body of a response as text. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response) text += chunk;
  return text;
}

/**
 * An agent that keeps connections to one server, by way of `proxy` where there is one; default: the environment's.
 *
 * @param maxSockets how many connections there are at most; further requests wait for one. Each costs two handshakes' work of both sides
 */
export function agentFor(url: URL, tls: TlsOptions = {}, proxy = proxyFor(url), maxSockets = 64): Agent {
  const options = {
    keepAlive: true,
    maxSockets,
    ...(proxy && { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  };
  return url.protocol === "http:" ? new http.Agent(options) : new HttpsAgent({ ...options, ...tls });
}

/** What Node says about a connection that failed; where several addresses were tried, what it says about each. */
export function networkReason(error: Error & { readonly code?: string; readonly errors?: readonly Error[] }): string {
  return error.errors?.map(({ message }) => message).join(", ") || error.message || error.code || "no answer";
}

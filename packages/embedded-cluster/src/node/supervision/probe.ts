import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

export interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

/** Where to ask, and with which certificates; the server's is always verified. */
export interface Probe {
  /** An http or https address; with `socket`, only its path counts. */
  readonly url: string;
  readonly socket?: string;
  /** PEM of the authority to trust. */
  readonly authority?: Buffer;
  /** PEM of the client's certificate and key. */
  readonly client?: Buffer;
  readonly method?: "GET" | "PATCH";
  readonly contentType?: string;
  readonly body?: string;
  /** Milliseconds without an answer after which there is none; default 2000. */
  readonly timeout?: number;
}

/** The answer, or undefined where there is none: refused, reset, not trusted, too late. */
export function probe(target: Probe): Promise<ProbeAnswer | undefined> {
  const { url, socket, authority, client, method = "GET", contentType, body, timeout = 2000 } = target;
  return new Promise((resolve) => {
    const receive = (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on("error", () => resolve(undefined));
    };
    const options = {
      method,
      timeout,
      agent: false as const,
      ...(contentType ? { headers: { "content-type": contentType } } : {}),
    };
    let request: ClientRequest;
    if (socket) request = plainRequest({ ...options, socketPath: socket, path: new URL(url).pathname }, receive);
    else if (url.startsWith("http://")) request = plainRequest(url, options, receive);
    else {
      request = tlsRequest(
        url,
        { ...options, ...(authority ? { ca: authority } : {}), ...(client ? { cert: client, key: client } : {}) },
        receive,
      );
    }
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
    request.end(body);
  });
}

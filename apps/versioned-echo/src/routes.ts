import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { Refusal } from "./json-body.ts";

/** Sends an object as JSON, or a text as it is: JSON as well, unless `contentType` says otherwise. */
export type Answer = (status: number, body: object | string, contentType?: string) => ServerResponse;

/** Answers one request, at once or later. @throws Refusal where the request is not as it must be */
export type Handler = (request: IncomingMessage, answer: Answer) => void | Promise<void>;

/** What a server answers to, and what it tells of it. */
export interface RouteOptions {
  /** By path and method. HEAD is answered as GET is, by Node without the body. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, Handler>>>>;
  /** Whether each answer asks its caller to close the connection. */
  readonly isClosing: () => boolean;
  /** Called once an answer has left. `route` is the path of a route, or `unmatched`. */
  readonly count: (route: string, method: string, status: number, seconds: number) => void;
}

/**
 * How long an idle connection is kept, in milliseconds: longer than Envoy keeps one (1 h), so that it is the caller who closes
 * and no request meets a connection that the service is just closing.
 */
const keepAliveTimeout = 3_605_000;

const limits = {
  keepAliveTimeout,
  // The same for a connection that Envoy has opened and not used yet: after a minute Node would answer it with 408, which the next request
  // would take for its own.
  headersTimeout: keepAliveTimeout,
  requestTimeout: keepAliveTimeout,
};

/**
 * A server of these routes, not yet listening. It stands on `node:http` alone and answers without a promise where the route does: a framework
 * takes a fifth more processor time for a request, and a promise a tenth.
 */
export function routeServer({ routes, isClosing, count }: RouteOptions): Server {
  const byPath = new Map(Object.entries(routes));
  return createServer(limits, (request, response) => {
    const started = performance.now();
    const { method = "", url = "" } = request;
    const path = pathOf(url);
    const handler = byPath.get(path)?.[method === "HEAD" ? "GET" : method];
    response.on("finish", () => {
      count(handler ? path : "unmatched", method, response.statusCode, (performance.now() - started) / 1000);
    });

    const answer: Answer = (status, body, contentType = "application/json; charset=utf-8") => {
      // When the answer leaves, not when the request comes: what was in flight must not leave its connection open either.
      if (isClosing()) response.setHeader("connection", "close");
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
      return response.end(text);
    };
    const refuse = (status: number, message: string) =>
      answer(status, { message, error: STATUS_CODES[status], statusCode: status });

    const fail = (error: Error) => {
      response.setHeader("connection", "close"); // the rest of a body that is refused may still come
      refuse(error instanceof Refusal ? error.status : 500, error.message);
    };

    if (!handler) {
      refuse(404, `Route ${method}:${url} not found`);
      return;
    }
    try {
      handler(request, answer)?.catch(fail);
    } catch (error) {
      fail(error as Error);
    }
  });
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

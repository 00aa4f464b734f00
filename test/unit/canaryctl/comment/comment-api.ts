import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Comment } from "../../../../canaryctl/src/comment/put-comment.ts";

/** Answers in the place of the API where it gives true. */
type Fault = (request: { method: string; url: URL }, response: ServerResponse) => boolean;

/** A stand-in of both APIs as they are documented: pages, statuses, headers. A fault may answer in its place. */
export class CommentApi {
  readonly comments: Comment[] = [];
  readonly calls: string[] = [];
  fault: Fault = () => false;
  readonly #token: string;
  #next = 1;
  #server: Server | undefined;

  /** @param token that a request must show */
  constructor(token: string) {
    this.#token = token;
  }

  add(text: string): Comment {
    const comment = { id: this.#next++, body: text };
    this.comments.push(comment);
    return comment;
  }

  async start(): Promise<string> {
    if (this.#server) return this.#url(this.#server);
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return this.#url(server);
  }

  #url = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async stop(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", headers } = request;
    const url = new URL(request.url ?? "", `http://${headers.host}`);
    this.calls.push(method);
    const sent = ["POST", "PATCH", "PUT"].includes(method) ? ((await json(request)) as { body: string }) : undefined;
    const say = (status: number, value?: unknown, more: Record<string, string> = {}) => {
      response.writeHead(status, { "Content-Type": "application/json", ...more });
      response.end(value === undefined ? undefined : JSON.stringify(value));
    };
    if (![headers.authorization, headers["private-token"]].join(" ").includes(this.#token))
      return say(401, { message: "Bad credentials" });
    if (this.fault({ method, url }, response)) return;
    const id = Number(/\/(?:comments|notes)\/(\d+)$/.exec(url.pathname)?.[1]);
    const index = this.comments.findIndex((comment) => comment.id === id);
    if (method === "POST") return say(201, this.add(sent?.body ?? ""));
    if (method === "GET") return this.#page(url, say);
    if (index === -1) return say(404, { message: "Not Found" });
    if (method === "DELETE") this.comments.splice(index, 1);
    else this.comments[index] = { id, body: sent?.body ?? "" };
    return method === "DELETE" ? say(204) : say(200, this.comments[index]);
  }

  #page(url: URL, say: (status: number, value: unknown, more: Record<string, string>) => void): void {
    const [page, size] = [Number(url.searchParams.get("page") ?? 1), Number(url.searchParams.get("per_page") ?? 20)];
    const isLast = page * size >= this.comments.length;
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    say(200, this.comments.slice((page - 1) * size, page * size), {
      "x-next-page": isLast ? "" : String(page + 1),
      ...(!isLast && { link: `<${next}>; rel="next"` }),
    });
  }
}

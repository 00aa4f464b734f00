import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";

export const digestOf = (content: string | Buffer): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/**
 * A registry that answers as the program distribution 2.8 did to these very requests, with its words: statuses, places of uploads, and
 * 202 instead of 201 where there is nothing to mount.
 */
export async function fakeRegistry() {
  const blobs = new Map<string, Buffer>();
  /** `REPOSITORY DIGEST` of blobs and manifests. */
  const linked = new Set<string>();
  const manifests = new Map<string, Buffer>();
  const requests: string[] = [];
  let refusal: string | undefined;
  let isSilent = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    const body = await buffer(request);
    const { pathname, searchParams } = new URL(url, `http://${headers.host}`);
    const [, repository = "", kind = "", last = ""] =
      /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    requests.push(`${method} ${repository} ${kind}${body.length > 0 ? ` ${body.length}` : ""}`);
    const end = (status: number, more: Record<string, string> = {}, text = "") =>
      void response.writeHead(status, more).end(method === "HEAD" ? "" : text);
    if (isSilent) return;
    if (refusal !== undefined) return end(500, {}, refusal);
    const unknown = (code: string) => end(404, {}, `{"errors":[{"code":"${code}_UNKNOWN"}]}`);
    if (method === "HEAD") return linked.has(`${repository} ${last}`) ? end(200) : unknown("BLOB");
    const mount = searchParams.get("mount");
    if (method === "POST") {
      if (mount !== null && linked.has(`${searchParams.get("from")} ${mount}`)) {
        linked.add(`${repository} ${mount}`);
        return end(201, { "docker-content-digest": mount });
      }
      return end(202, {
        location: `http://${headers.host}/v2/${repository}/blobs/uploads/b96?_state=jNr%3D`,
        range: "0-0",
      });
    }
    const digest = searchParams.get("digest") ?? last;
    if (digest !== digestOf(body)) return end(400, {}, '{"errors":[{"code":"DIGEST_INVALID"}]}');
    if (kind === "blobs/uploads" && searchParams.get("_state") !== "jNr=") return unknown("BLOB_UPLOAD");
    if (kind === "manifests") manifests.set(`${repository} ${digest}`, body);
    else blobs.set(digest, body);
    linked.add(`${repository} ${digest}`);
    end(201, { "docker-content-digest": digest });
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    blobs,
    manifests,
    requests,
    /** Answers everything with 500 from now on. */
    refuse: (words: string) => {
      refusal = words;
    },
    /** Answers nothing from now on. */
    fallSilent: () => {
      isSilent = true;
    },
    /** As a pod whose emptyDir went with it. */
    loseAll: () => {
      for (const held of [blobs, linked, manifests]) held.clear();
    },
    open: (): Promise<Duplex> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => resolve(socket)).once("error", reject);
      }),
    close: () => new Promise((done) => server.close(done)),
  };
}

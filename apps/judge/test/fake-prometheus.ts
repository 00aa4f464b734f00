import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** A server on a free port of 127.0.0.1 in the place of Prometheus. */
export async function listening(answer: RequestListener): Promise<{ server: Server; url: URL }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

/**
 * What Prometheus 3.15 answered to the service, to its questions as they were: two callers were scraped each second for a minute, of
 * `shop/echo` in versions v1 and v2. One of them could not be read for six seconds, and was restarted later.
 */
export function recorded(name: "bad" | "good"): {
  since: number;
  /** By path. */
  answers: ReadonlyMap<string, string>;
  answer: RequestListener;
} {
  const [first = "", ...lines] = readFileSync(join(import.meta.dirname, `recorded/${name}.ndjson`), "utf8").split("\n");
  const answers = new Map(
    lines.filter(Boolean).map((line) => {
      const { path, answer } = JSON.parse(line);
      return [path as string, JSON.stringify(answer)] as const;
    }),
  );
  return {
    since: JSON.parse(first).since,
    answers,
    answer: ({ url = "" }, response) => {
      const answer = answers.get(url);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(answer ?? `nothing was recorded for ${url}`);
    },
  };
}

import { once } from "node:events";
import { request } from "node:http";

/** A server on this machine's loopback, and the name by which it knows who is meant. */
export interface Named {
  readonly host: string;
  readonly port: number;
}

/** Asks by a name that no DNS has to know. Of a stream of events no more than the first piece is read. */
export async function askByName(
  { host, port }: Named,
  path: string,
  {
    headers = {},
    method = "GET",
  }: { readonly headers?: Readonly<Record<string, string>>; readonly method?: string } = {},
) {
  const named = { host: `${host}:${port}`, ...headers };
  const asked = request({ host: "127.0.0.1", port, path, method, headers: named, timeout: 10_000 }).end();
  asked.on("timeout", () => asked.destroy(new Error(`${method} ${path} of ${host} had no answer within 10 s`)));
  const [answer] = await once(asked, "response");
  let text = "";
  for await (const piece of answer) {
    text += piece;
    if (String(answer.headers["content-type"]).startsWith("text/event-stream")) break;
  }
  return { status: Number(answer.statusCode), headers: answer.headers, text };
}

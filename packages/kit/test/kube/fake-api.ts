import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "@jest/globals";
import { stringify } from "yaml";
import type { Fields } from "../../src/kube/kubeconfig.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

export interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** A server on a free port of 127.0.0.1 that is closed after the test; with a certificate it speaks TLS and asks for the client's. */
export async function listen(listener: RequestListener, tls?: { readonly cert: string; readonly key: string }) {
  const server = tls
    ? createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener)
    : createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, port: (server.address() as AddressInfo).port };
}

export type Answers = Readonly<Record<string, readonly [status: number, body: object | string]>>;

/** An API server that answers each path with a status and an object, or 404, and what it has seen. */
export async function fakeApi(answers: Answers, tls?: { readonly cert: string; readonly key: string }) {
  const seen: Seen[] = [];
  const { port, server } = await listen(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ request, body });
    const [status, answer] = answers[request.url ?? ""] ?? [404, { message: "not found" }];
    response.writeHead(status).end(typeof answer === "string" ? answer : JSON.stringify(answer));
  }, tls);
  return { port, seen, server };
}

/** The path of a kubeconfig with the context `lab`. */
export function kubeconfigFile(cluster: Fields, user: Fields = {}): string {
  const path = join(mkdtempSync(join(tmpdir(), "kube-")), "config");
  const content = {
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    contexts: [
      { name: "lab", context: { cluster: "c", user: "u", namespace: "apps" } },
      { name: "astray", context: { cluster: "nowhere", user: "u" } },
    ],
    "current-context": "astray",
  };
  writeFileSync(path, stringify(content));
  return path;
}

import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { hasObject, hasRelease } from "../../../../canaryctl/src/kube/existing.ts";
import { ApiError, KubeClient, UnreachableError } from "../../src/kube/client.ts";

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

interface Seen {
  readonly request: IncomingMessage;
  readonly body: string;
}

/** An API server that answers each path with a status and an object, and a client of it. */
async function api(answers: Readonly<Record<string, readonly [status: number, body: object]>>) {
  const seen: Seen[] = [];
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ request, body });
    const [status, answer] = answers[request.url ?? ""] ?? [404, { message: "not found" }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  return { client: clientAt((server.address() as AddressInfo).port), seen };
}

function clientAt(port: number): KubeClient {
  const path = join(mkdtempSync(join(tmpdir(), "kube-")), "config");
  writeFileSync(
    path,
    stringify({
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: "u", user: { token: "abc" } }],
      contexts: [{ name: "lab", context: { cluster: "c", user: "u" } }],
    }),
  );
  return new KubeClient(path, "lab");
}

describe("KubeClient", () => {
  test("reads an object with the user's token, and nothing where there is none", async () => {
    const { client, seen } = await api({ "/api/v1/namespaces/a": [200, { kind: "Namespace" }] });
    expect(await client.get("/api/v1/namespaces/a")).toEqual({ kind: "Namespace" });
    expect(await client.get("/api/v1/namespaces/b")).toBeUndefined();
    expect(seen[0]?.request.headers.authorization).toBe("Bearer abc");
  });

  test("applies the whole object under the manager, by force", async () => {
    const { client, seen } = await api({ "/x?fieldManager=canary-lab&force=true": [200, { applied: true }] });
    expect(await client.apply("/x", { a: 1 }, "canary-lab")).toEqual({ applied: true });
    expect(seen[0]?.request.method).toBe("PATCH");
    expect(seen[0]?.request.headers["content-type"]).toBe("application/apply-patch+yaml");
    expect(seen[0]?.body).toBe('{"a":1}');
  });

  test("merges a change into an object, or into its status", async () => {
    const { client, seen } = await api({ "/x/status": [200, { patched: true }] });
    expect(await client.patch("/x/status", { status: { abort: true } })).toEqual({ patched: true });
    expect(seen[0]?.request.method).toBe("PATCH");
    expect(seen[0]?.request.headers["content-type"]).toBe("application/merge-patch+json");
    expect(seen[0]?.body).toBe('{"status":{"abort":true}}');
    await expect(client.patch("/y", {})).rejects.toMatchObject({ status: 404 });
  });

  test("an answer that is no success is an error with the server's words", async () => {
    const { client } = await api({ "/x": [403, { message: "not yours" }] });
    await expect(client.get("/x")).rejects.toMatchObject({ status: 403, message: "not yours" });
    await expect(client.apply("/y", {}, "m")).rejects.toBeInstanceOf(ApiError);
  });

  test("says where a server is that does not answer", async () => {
    const unreachable = clientAt(1).get("/x");
    await expect(unreachable).rejects.toBeInstanceOf(UnreachableError);
    await expect(unreachable).rejects.toMatchObject({ place: "http://127.0.0.1:1/" });
  });
});

const kinds = {
  resources: [
    { name: "deployments", kind: "Deployment", namespaced: true },
    { name: "deployments/status", kind: "Deployment", namespaced: true },
  ],
};

test("hasObject finds what is there by kind and name, and nothing of a kind that is not known", async () => {
  const { client } = await api({
    "/apis/apps/v1": [200, kinds],
    "/apis/apps/v1/namespaces/n/deployments/a": [200, { kind: "Deployment" }],
  });
  const object = { apiVersion: "apps/v1", kind: "Deployment", name: "a", namespace: "n" };
  expect(await hasObject(client, object)).toBe(true);
  expect(await hasObject(client, { ...object, name: "b" })).toBe(false);
  expect(await hasObject(client, { ...object, kind: "Rollout" })).toBe(false);
  expect(await hasObject(client, { ...object, apiVersion: "argoproj.io/v1alpha1" })).toBe(false);
});

test("hasRelease asks for a revision that is deployed", async () => {
  const { client, seen } = await api({
    "/api/v1/namespaces/n/secrets?labelSelector=owner%3Dhelm%2Cname%3Distiod%2Cstatus%3Ddeployed": [
      200,
      { items: [{}] },
    ],
  });
  expect(await hasRelease(client, { name: "istiod", namespace: "n" })).toBe(true);
  expect(await hasRelease(client, { name: "other", namespace: "n" })).toBe(false);
  expect(seen).toHaveLength(2);
});

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@canary-lab/kit/kube/connection";
import { afterEach, expect, test } from "@jest/globals";
import { Cluster } from "../../src/kubernetes/api/cluster.ts";
import { awaitDeleted } from "../../src/kubernetes/awaiting/await.ts";
import { Watched } from "../../src/kubernetes/awaiting/watched.ts";
import type { Session } from "../../src/kubernetes/session.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/**
 * An API server that says that it serves Widgets until it is asked for them.
 *
 * @param refusal its answer to that; default: their CRD is gone by then
 */
async function clusterWithoutWidgets(refusal?: object): Promise<Cluster> {
  let isServed = true;
  const widgets = {
    metadata: { name: "lab.example" },
    versions: [
      { version: "v1", resources: [{ resource: "widgets", scope: "Namespaced", responseKind: { kind: "Widget" } }] },
    ],
  };
  const definitions = {
    metadata: { name: "apiextensions.k8s.io" },
    versions: [
      {
        version: "v1",
        resources: [
          {
            resource: "customresourcedefinitions",
            scope: "Cluster",
            responseKind: { kind: "CustomResourceDefinition" },
          },
        ],
      },
    ],
  };
  server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/api") return response.end('{"kind":"APIGroupDiscoveryList","items":[]}');
    if (path === "/apis") {
      const items = isServed ? [definitions, widgets] : [definitions];
      return response.end(JSON.stringify({ kind: "APIGroupDiscoveryList", items }));
    }
    if (path === "/apis/apiextensions.k8s.io/v1/customresourcedefinitions") return response.end('{"items":[]}');
    if (refusal) return response.writeHead(403, { "content-type": "application/json" }).end(JSON.stringify(refusal));
    isServed = false;
    return response.writeHead(404).end("404 page not found");
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const connection = await connect({ cluster: { server: `http://127.0.0.1:${port}` }, user: {}, namespace: "default" });
  const cluster = new Cluster(connection);
  await cluster.discover();
  return cluster;
}

const object = { apiVersion: "lab.example/v1", kind: "Widget", metadata: { name: "a", namespace: "n", uid: "1" } };

const sessionWith = (cluster: Cluster) =>
  ({
    cluster,
    engine: { status: () => {}, info: () => {}, warning: () => {} },
    cancelled: new AbortController().signal,
  }) as unknown as Session;

test("an object is gone once its kind is, also where the kind goes while it is being waited for", async () => {
  const watched = new Watched(object, undefined);
  const selection = { apiVersion: "lab.example/v1", kind: "Widget", namespace: "n", name: "a" };
  const session = sessionWith(await clusterWithoutWidgets());
  const readiness = await watched.until(session, [selection], "urn", 20, () => ({
    ready: watched.isGone,
    status: "",
    details: [],
  }));
  expect(readiness.ready).toBe(true);
}, 30_000);

test("nobody waits for an object that the account may not watch: the API server's refusal ends it", async () => {
  const message = 'widgets.lab.example is forbidden: User "mover" cannot list resource "widgets"';
  const refusal = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Forbidden", code: 403, message };
  const session = sessionWith(await clusterWithoutWidgets(refusal));
  const deletion = { urn: "urn", inputs: object, live: object, timeoutSeconds: 20 };
  await expect(awaitDeleted(session, deletion)).rejects.toMatchObject({ message: expect.stringContaining(message) });
}, 30_000);

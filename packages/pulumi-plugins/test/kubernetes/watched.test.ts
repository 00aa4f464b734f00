import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "@canary-lab/kit/kube/connection";
import { afterEach, expect, test } from "@jest/globals";
import { Cluster } from "../../src/kubernetes/api/cluster.ts";
import { Watched } from "../../src/kubernetes/awaiting/watched.ts";
import type { Session } from "../../src/kubernetes/session.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An API server that says that it serves Widgets until it is asked for them: their CRD is gone by then. */
async function clusterWithoutWidgets(): Promise<Cluster> {
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

test("an object is gone once its kind is, also where the kind goes while it is being waited for", async () => {
  const cluster = await clusterWithoutWidgets();
  const session = {
    cluster,
    engine: { status: () => {}, info: () => {}, warning: () => {} },
    cancelled: new AbortController().signal,
  } as unknown as Session;
  const object = { apiVersion: "lab.example/v1", kind: "Widget", metadata: { name: "a", namespace: "n", uid: "1" } };
  const watched = new Watched(object, undefined);
  const selection = { apiVersion: "lab.example/v1", kind: "Widget", namespace: "n", name: "a" };
  const readiness = await watched.until(session, [selection], "urn", 20, () => ({
    ready: watched.isGone,
    status: "",
    details: [],
  }));
  expect(readiness.ready).toBe(true);
}, 30_000);

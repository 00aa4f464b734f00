import type { ApiServer } from "@canary-lab/kit/kube/api-server";
import { canonicalQuantity } from "@canary-lab/kit/kube/quantity";
import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../../src/json.ts";
import type { Cluster } from "../../../src/kubernetes/api/cluster.ts";
import { Schemas } from "../../../src/kubernetes/api/schemas.ts";
import { normalise } from "../../../src/kubernetes/objects/normalise.ts";
import { unknown } from "../../../src/values.ts";

test.each([
  ["1000m", "1"],
  ["1.5", "1500m"],
  ["100m", "100m"],
  ["0.1", "100m"],
  ["1024Mi", "1Gi"],
  ["1024Ki", "1Mi"],
  ["1.5Gi", "1536Mi"],
  ["1000", "1k"],
  ["128974848", "128974848"],
  ["129e6", "129e6"],
  ["1e3", "1e3"],
  ["1000e3", "1e6"],
  ["0", "0"],
  ["0Mi", "0"],
  ["-2000m", "-2"],
  ["64Mi", "64Mi"],
  ["500k", "500k"],
  ["Infinity", "Infinity"],
  ["", ""],
  ["10 Gi", "10 Gi"],
])("quantity %s is written %s", (given, canonical) => {
  expect(canonicalQuantity(given)).toBe(canonical);
  expect(canonicalQuantity(canonical)).toBe(canonical);
});

/** As much of the API server's document as a Deployment of these tests needs. */
const reference = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }], default: {} });
const map = (items: JsonObject) => ({ type: "object", additionalProperties: items });
const object = (properties: JsonObject, required: string[] = []) => ({ type: "object", properties, required });
const document: JsonObject = {
  components: {
    schemas: {
      Deployment: {
        ...object({
          apiVersion: { type: "string" },
          kind: { type: "string" },
          metadata: reference("Meta"),
          spec: reference("Spec"),
        }),
        "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Deployment" }],
      },
      Meta: object({ name: { type: "string" }, labels: map({ type: "string" }), uid: { type: "string" } }),
      Spec: object({
        replicas: { type: "integer" },
        paused: { type: "boolean" },
        containers: { type: "array", items: reference("Container") },
        volumes: { type: "array", items: {} },
        emptyDir: reference("Empty"),
      }),
      Container: object(
        {
          name: { type: "string" },
          env: { type: "array", items: reference("Env") },
          limits: map({ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity" }),
          port: { oneOf: [{ type: "integer" }, { type: "string" }] },
        },
        ["name"],
      ),
      Env: object({ name: { type: "string" }, value: { type: "string" } }, ["name"]),
      Empty: object({ medium: { type: "string" } }),
    },
  },
};
const client = { call: async () => document } as unknown as ApiServer;
const cluster = { schemas: new Schemas(client) } as unknown as Cluster;
const deployment = (spec: JsonObject, metadata: JsonObject = { name: "a" }) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec,
});

describe("normal form", () => {
  test("empty lists, maps and texts are none; empty structs and meaningful zeros stay", async () => {
    const given = deployment(
      {
        replicas: 0,
        paused: false,
        volumes: [],
        emptyDir: {},
        containers: [{ name: "c", env: [{ name: "B", value: "" }] }],
      },
      { name: "a", labels: {} },
    );
    expect(await normalise(given, cluster)).toEqual(
      deployment({ replicas: 0, emptyDir: {}, containers: [{ name: "c", env: [{ name: "B" }] }] }),
    );
  });

  test("empty values of a map are values", async () => {
    expect(await normalise(deployment({}, { name: "a", labels: { key: "" } }), cluster)).toEqual(
      deployment({}, { name: "a", labels: { key: "" } }),
    );
  });

  test("quantities become canonical, ports keep their type, unknown values are left alone", async () => {
    const given = deployment({
      containers: [{ name: unknown, limits: { cpu: "1000m", memory: unknown, storage: 5 }, port: "http" }],
    });
    expect(await normalise(given, cluster)).toEqual(
      deployment({
        containers: [{ name: unknown, limits: { cpu: "1", memory: unknown, storage: "5" }, port: "http" }],
      }),
    );
  });

  test("fields that the kind does not have are dropped, and so are those that only the server writes", async () => {
    expect(await normalise(deployment({ replicas: 1, bogus: 1 }, { name: "a", uid: "u", bogus: 1 }), cluster)).toEqual(
      deployment({ replicas: 1 }),
    );
  });

  test("what has a wrong type stays, for the server to refuse", async () => {
    expect(await normalise(deployment({ replicas: "two" }), cluster)).toEqual(deployment({ replicas: "two" }));
  });

  test("custom resources stay as they are", async () => {
    const route = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "a" },
      spec: { gateways: [], retries: { attempts: 0 } },
    };
    expect(await normalise(structuredClone(route), cluster)).toEqual(route);
  });

  test("a Secret keeps all in data, in canonical base64", async () => {
    const secret = (more: JsonObject) => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, ...more });
    expect(await normalise(secret({ stringData: { pw: "one" }, data: { a: "b25l\n" } }), undefined)).toEqual(
      secret({ data: { a: "b25l", pw: "b25l" } }),
    );
    expect(await normalise(secret({ stringData: { pw: unknown } }), undefined)).toEqual(
      secret({ data: { pw: unknown } }),
    );
  });

  test("a kind whose shape the server does not tell stays as it is", async () => {
    const silent = {
      schemas: new Schemas({ call: async () => Promise.reject(new Error("gone")) } as unknown as ApiServer),
    } as unknown as Cluster;
    expect(await normalise(deployment({ volumes: [] }), silent)).toEqual(deployment({ volumes: [] }));
  });
});

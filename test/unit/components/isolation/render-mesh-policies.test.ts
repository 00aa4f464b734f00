import { describe, expect, test } from "@jest/globals";
import { type MeshPolicySpec, renderMeshPolicies } from "../../../../components/isolation/render-mesh-policies.ts";

const spec: MeshPolicySpec = {
  app: "echo",
  namespace: "apps",
  mutualTls: "strict",
  callers: ["apps", "istio-ingress"],
  isEgressClosed: false,
};

const rendered = (change: Partial<MeshPolicySpec> = {}) =>
  Object.fromEntries(
    renderMeshPolicies({ ...spec, ...change }).map(({ manifest }) => [manifest.metadata.name, manifest]),
  );
const specOf = (name: string, change: Partial<MeshPolicySpec> = {}) => rendered(change)[name]?.spec;

const selector = { matchLabels: { app: "echo" } };
const operation = { methods: ["GET"], paths: ["/metrics"], ports: ["8080"] };

describe("mutual TLS", () => {
  test("is strict for every pod of the namespace, and only callers get in", () => {
    expect(renderMeshPolicies(spec).map(({ manifest }) => [manifest.kind, manifest.metadata])).toEqual([
      ["PeerAuthentication", { name: "echo-strict", namespace: "apps", labels: { app: "echo" } }],
      ["AuthorizationPolicy", { name: "echo-callers", namespace: "apps", labels: { app: "echo" } }],
    ]);
    expect(specOf("echo-strict")).toEqual({ mtls: { mode: "STRICT" } });
    expect(specOf("echo-callers")).toEqual({
      selector,
      action: "ALLOW",
      rules: [{ from: [{ source: { namespaces: ["apps", "istio-ingress"] } }] }],
    });
  });

  test("lets plain text in at the port that is scraped, which may read the metrics and nothing else", () => {
    const scraped = { port: 8080, path: "/metrics" };
    expect(specOf("echo-metrics", { scraped })).toEqual({
      selector,
      mtls: { mode: "STRICT" },
      portLevelMtls: { 8080: { mode: "PERMISSIVE" } },
    });
    expect(specOf("echo-callers", { scraped })).toMatchObject({
      action: "ALLOW",
      rules: [{ from: expect.anything() }, { to: [{ operation }] }],
    });
  });

  test("names accounts without a trust domain", () => {
    expect(specOf("echo-callers", { callers: ["apps", "shop/cart"] })).toMatchObject({
      rules: [{ from: [{ source: { namespaces: ["apps"] } }, { source: { principals: ["*/ns/shop/sa/cart"] } }] }],
    });
  });

  test("tells nobody apart where it is permissive", () => {
    expect(rendered({ mutualTls: "permissive", scraped: { port: 8080, path: "/metrics" } })).toEqual({});
  });
});

test.each(["strict", "permissive"] as const)(
  "nobody reaches the faults by the network, with mutual TLS %s",
  (mutualTls) => {
    expect(specOf("echo-faults", { mutualTls, faultsPort: 8080 })).toEqual({
      selector,
      action: "DENY",
      rules: [{ to: [{ operation: { paths: ["/faults*"], ports: ["8080"] } }] }],
    });
  },
);

test("where egress is closed, a sidecar knows nothing but its namespace", () => {
  const { manifest } =
    renderMeshPolicies({ ...spec, isEgressClosed: true }).find(({ role }) => role === "egress") ?? {};
  expect(manifest).toMatchObject({
    apiVersion: "networking.istio.io/v1",
    kind: "Sidecar",
    spec: { egress: [{ hosts: ["./*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
  });
});

import { describe, expect, test } from "@jest/globals";
import { type NetworkSpec, renderNetworkPolicies } from "../../../../components/isolation/render-network-policies.ts";

const spec: NetworkSpec = {
  app: "echo",
  namespace: "apps",
  from: ["istio-ingress"],
  controlPlane: "istio-system",
  hasGateway: false,
  hasController: false,
  egress: [],
};

const rendered = (change: Partial<NetworkSpec> = {}) =>
  Object.fromEntries(renderNetworkPolicies({ ...spec, ...change }).map(({ role, manifest }) => [role, manifest]));
const specOf = (role: string, change: Partial<NetworkSpec> = {}) => rendered(change)[role]?.spec;

const namespaceOf = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const tcp = (...ports: (number | string)[]) => ports.map((port) => ({ protocol: "TCP", port }));

describe("network policies", () => {
  test("deny everything that no other one allows", () => {
    expect(rendered()["default-deny"]).toEqual({
      metadata: { name: "echo-default-deny", namespace: "apps", labels: { app: "echo" } },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
  });

  test("let each pod reach its neighbours, DNS and the control plane, and its counters be read", () => {
    expect(specOf("mesh")).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: tcp(15020, 15090) }],
      egress: [
        { to: [{ podSelector: {} }] },
        {
          to: [{ namespaceSelector: {} }, { ipBlock: { cidr: "169.254.20.10/32" } }],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "UDP", port: 5353 },
            { protocol: "TCP", port: 53 },
            { protocol: "TCP", port: 5353 },
          ],
        },
        { to: [namespaceOf("istio-system")], ports: tcp(15012) },
      ],
    });
  });

  test("let callers in at the port of the requests alone", () => {
    expect(specOf("callers")).toEqual({
      podSelector: { matchLabels: { app: "echo" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: {} }, namespaceOf("istio-ingress")], ports: tcp("http") }],
    });
    expect(specOf("callers", { from: "any" })?.ingress).toEqual([
      { from: [{ namespaceSelector: {} }], ports: tcp("http") },
    ]);
  });

  test("let Prometheus scrape, and the judge ask it", () => {
    const scraper = { namespace: "monitoring", port: "metrics" } as const;
    expect(specOf("callers", { scraper })?.ingress?.[1]).toEqual({
      from: [namespaceOf("monitoring")],
      ports: tcp("metrics"),
    });
    expect(rendered()).not.toHaveProperty("judge");
    expect(specOf("judge", { judgeAsks: "monitoring" })).toMatchObject({
      podSelector: { matchLabels: { app: "echo-judge" } },
      ingress: [{ ports: tcp(8080) }],
      egress: [{ to: [namespaceOf("monitoring")] }],
    });
  });

  test("open what has to be reached from everywhere, or to reach everything, only where it is there", () => {
    expect(Object.keys(rendered())).toEqual(["default-deny", "mesh", "callers"]);
    expect(specOf("gateway", { hasGateway: true })).toEqual({
      podSelector: { matchLabels: { "gateway.networking.k8s.io/gateway-name": "echo-gateway" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: tcp(80) }],
    });
    expect(specOf("controller", { hasController: true })).toMatchObject({ policyTypes: ["Egress"], egress: [{}] });
  });

  test("let the service reach the addresses that it is given", () => {
    expect(specOf("callers", { egress: ["10.0.0.0/8"] })).toMatchObject({
      policyTypes: ["Ingress", "Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
    });
  });
});

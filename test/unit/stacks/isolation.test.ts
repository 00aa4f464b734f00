import { describe, expect, test } from "@jest/globals";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { isolationLabels, isolationOf } from "../../../stacks/isolation.ts";
import { sampleFacts } from "./sample-config.ts";

const isolated = (values: RawConfig = {}, isolation: object = {}) => {
  const config = parseConfig({ ...values, isolation: { mode: "enforce", ...isolation } });
  return isolationOf(config, sampleFacts(config));
};

const foreign = { stableImage: "registry.example/podinfo:6.9.1", canaryImage: "registry.example/podinfo:6.9.2" };

describe("what keeps a namespace apart", () => {
  test("is nothing where nobody asks for it", () => {
    const config = parseConfig({});
    expect(isolationOf(config, sampleFacts(config))).toBeUndefined();
  });

  test("lets in the namespace itself, the ingress gateway, and whom the config names, each once", () => {
    expect(isolated()?.callers).toEqual(["canary-lab", "istio-ingress"]);
    expect(isolated({}, { callers: ["shop/cart", "canary-lab"] })?.callers).toEqual([
      "canary-lab",
      "istio-ingress",
      "shop/cart",
    ]);
    const config = parseConfig({ isolation: { mode: "enforce" } });
    expect(isolationOf(config, { ...sampleFacts(config), ingress: null })?.callers).toEqual(["canary-lab"]);
  });

  test("lets Prometheus read the metrics that there are", () => {
    expect(isolated()).not.toHaveProperty("scraped");
    expect(isolated({ monitoring: true })?.scraped).toEqual({ port: 8080, path: "/metrics" });
    const metrics = { port: 9797, path: "/stats?format=prometheus" };
    expect(isolated({ monitoring: true, service: { metrics } })?.scraped).toEqual({ port: 9797, path: "/stats" });
    expect(isolated({ monitoring: true, service: { port: 9898 }, ...foreign })?.scraped).toBeUndefined();
  });

  test("closes the faults of the lab's own service alone", () => {
    expect(isolated()?.faultsPort).toBe(8080);
    expect(isolated({ service: { port: 9898 }, ...foreign })).not.toHaveProperty("faultsPort");
  });
});

test("Pod Security refuses where an agent sets up the network of pods, and audits and warns elsewhere", () => {
  const enforced = (values: RawConfig, hasCni?: boolean) => {
    const config = parseConfig(values);
    const { mesh } = sampleFacts(config);
    const labels = isolationLabels(config, { mesh: { ...mesh, ...(hasCni !== undefined && { hasCni }) } });
    return labels["pod-security.kubernetes.io/enforce"];
  };
  const isolation = { mode: "enforce" };
  expect(enforced({ isolation, istioCni: true })).toBe("restricted");
  expect(enforced({ isolation })).toBeUndefined();
  expect(enforced({ isolation, platform: "dev" }, true)).toBe("restricted");
  expect(enforced({ istioCni: true })).toBeUndefined();
});

describe("what the network lets through", () => {
  const network = (values: RawConfig = {}, isolation: object = {}) => isolated(values, isolation)?.network;

  test("is nothing that nobody needs", () => {
    expect(network()).toEqual({
      from: ["istio-ingress"],
      controlPlane: "istio-system",
      hasGateway: false,
      hasController: false,
      egress: [],
    });
    expect(isolated()?.isEgressClosed).toBe(true);
  });

  test("follows the callers, the metrics, the judge and the strategy", () => {
    expect(network({}, { callers: ["shop/cart", "shop"] })?.from).toEqual(["istio-ingress", "shop"]);
    expect(network({ strategy: "nginx-header" }, { mutualTls: "permissive" })?.from).toBe("any");
    expect(network({ strategy: "gateway-api" })?.hasGateway).toBe(true);
    expect(network({ strategy: "rollout-canary", rollouts: "namespace" })?.hasController).toBe(true);
    const judged = { strategy: "rollout-canary", monitoring: true, analysis: "step" };
    expect(network(judged)).toMatchObject({
      scraper: { namespace: "monitoring", port: "http" },
      judgeAsks: "monitoring",
    });
    expect(network({ monitoring: true, service: { metrics: { port: 9797 } } })?.scraper?.port).toBe("metrics");
    expect(network({ monitoring: true, service: { port: 9898 }, ...foreign })).not.toHaveProperty("scraper");
  });

  test("is what the config names beside it, and no sidecar is in its way then", () => {
    const given = isolated({}, { egress: ["10.0.0.0/8"] });
    expect([given?.network?.egress, given?.isEgressClosed]).toEqual([["10.0.0.0/8"], false]);
    const without = isolated({}, { networkPolicies: false });
    expect([without?.network, without?.isEgressClosed]).toEqual([undefined, false]);
  });
});

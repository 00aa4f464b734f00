import { describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { presetPlan } from "../../../canary/plan/presets.ts";
import { rendered } from "../../../components/inputs.ts";
import { register } from "./mocks.ts";

const objective = { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 };

/** How a value reaches a component: as it is, or as an output of another resource. */
type Given = <Value>(value: Value) => pulumi.Input<Value>;

/** Each component whose arguments may be outputs, with all that may be one. */
const components: Readonly<Record<string, (given: Given, opts?: pulumi.ComponentResourceOptions) => Promise<unknown>>> =
  {
    WeightedRoute: async (given, opts) => {
      const { WeightedRoute } = await import("../../../components/traffic/weighted-route.ts");
      const at = { app: given("shop"), namespace: given("shops"), host: given("shop.example.com") };
      const cookie = { stickyCookie: given("side"), canaryImage: given("shop:2") };
      new WeightedRoute(
        "route",
        { ...at, ...cookie, canaryWeight: given(30), ingressLabels: given({ a: "b" }) },
        { ...opts },
      );
      new WeightedRoute("colours", { ...at, mode: "rollout-blue-green" }, { ...opts });
    },
    Sides: async (given, opts) => {
      const { Sides } = await import("../../../components/traffic/sides.ts");
      const labels = { stableLabels: given({ track: "stable" }), canaryLabels: given({ track: "canary" }) };
      const names = { app: given("shop"), namespace: given("shops") };
      new Sides("sides", { ...names, ...labels, toldApartBy: "version" }, { ...opts });
    },
    HttpRoute: async (given, opts) => {
      const { HttpRoute } = await import("../../../components/gateway-api/http-route.ts");
      const at = { app: given("shop"), namespace: given("shops"), host: given("shop.example.com") };
      new HttpRoute("http-route", { ...at, canaryWeight: given(30) }, { ...opts });
    },
    HeaderIngress: async (given, opts) => {
      const { HeaderIngress } = await import("../../../components/nginx-header/header-ingress.ts");
      new HeaderIngress("ingress", { app: given("shop"), namespace: given("shops"), canaryEnabled: true }, { ...opts });
    },
    EchoWorkload: async (given, opts) => {
      const { EchoWorkload } = await import("../../../components/workload/echo-workload.ts");
      const spec = { version: "v1", image: given("shop:1"), reference: "shop:1", replicas: given(3) } as const;
      new EchoWorkload("stable", { app: given("shop"), namespace: given("shops"), ...spec }, { ...opts });
    },
    RollingUpdate: async (given, opts) => {
      const { RollingUpdate } = await import("../../../components/rolling-update/rolling-update.ts");
      const spec = { version: "1", image: given("shop:1"), reference: "shop:1", replicas: given(3) };
      new RollingUpdate("rolling", { app: given("shop"), namespace: given("shops"), ...spec }, { ...opts });
    },
    RolloutCanary: async (given, opts) => {
      const { RolloutCanary } = await import("../../../components/rollout/rollout-canary.ts");
      const spec = { image: given("shop:1"), reference: "shop:1", replicas: given(3), plan: presetPlan("25") };
      new RolloutCanary("release", { app: given("shop"), namespace: given("shops"), ...spec }, { ...opts });
    },
    RolloutBlueGreen: async (given, opts) => {
      const { RolloutBlueGreen } = await import("../../../components/rollout/rollout-blue-green.ts");
      const spec = { image: given("shop:1"), reference: "shop:1", replicas: given(3) };
      new RolloutBlueGreen("colours", { app: given("shop"), namespace: given("shops"), ...spec }, { ...opts });
    },
    LoadClient: async (given, opts) => {
      const { LoadClient } = await import("../../../components/traffic/load-client.ts");
      new LoadClient(
        "client",
        { app: given("shop"), namespace: given("shops"), image: given("client:1") },
        { ...opts },
      );
    },
    Judge: async (given, opts) => {
      const { Judge } = await import("../../../components/judge/judge.ts");
      const spec = { image: given("judge:1"), prometheus: given("http://prometheus:9090"), objective };
      new Judge("judge", { app: given("shop"), namespace: given("shops"), ...spec }, { ...opts });
    },
    ServiceLevel: async (given, opts) => {
      const { ServiceLevel } = await import("../../../components/slo/service-level.ts");
      const prometheus = given("http://prometheus:9090");
      const picks = given({ monitors: { release: "kps" }, rules: { release: "kps" } });
      const spec = { prometheus, picks, objective, analysis: true, scrapesProxies: false };
      new ServiceLevel("slo", { app: given("shop"), namespace: given("shops"), ...spec }, { ...opts });
    },
  };

const inputsOf = async (build: () => Promise<unknown>) =>
  new Map([...(await register(build))].map(([name, { type, inputs }]) => [name, { type, inputs }]));

describe.each(Object.entries(components))("%s", (_, build) => {
  test("makes of outputs what it makes of plain values", async () => {
    const plain = await inputsOf(() => build((value) => value));
    expect(plain.size).toBeGreaterThan(1);
    expect(JSON.stringify([...plain.values()])).toContain('"namespace":"shops"');
    expect(await inputsOf(() => build(pulumi.output))).toEqual(plain);
  });

  test("lets `transformations` reach each child", async () => {
    const reached = new Set<string>();
    const note: pulumi.ResourceTransformation = ({ name }) => void reached.add(name);
    const all = await register(() => build((value) => value, { transformations: [note] }));
    expect([...reached].sort()).toEqual([...all.keys()].sort());
  });
});

test("what is rendered from plain values can be read at once", () => {
  const render = (spec: { readonly app: string }) => ({ metadata: { name: spec.app } });
  expect(rendered({ app: "shop" }, render)).toEqual({ metadata: { name: "shop" } });
});

test("a part of a manifest that would be lost where an input is an output is refused of plain values, too", () => {
  const render = (spec: { readonly app: string }) => ({ metadata: { name: spec.app }, provisioner: "none" });
  expect(() => rendered({ app: "shop" }, render)).toThrow("A manifest has provisioner, which would be lost");
});

test("a weight that is none is refused", async () => {
  const at = { app: "shop", namespace: "shops", canaryWeight: 101 };
  await register(async () => {
    const { WeightedRoute } = await import("../../../components/traffic/weighted-route.ts");
    expect(() => new WeightedRoute("route", at)).toThrow("Invalid weight: 101");
  });
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toWeight } from "../../../../canary/weight.ts";
import {
  renderDestinationRule,
  renderGateway,
  renderVirtualService,
} from "../../../../components/traffic/render-weighted-route.ts";
import { register } from "../mocks.ts";

const spec = { app: "versioned-echo", namespace: "canary-lab", canaryWeight: toWeight(10) };
const anyWeight = fc.integer({ min: 0, max: 100 }).map(toWeight);

describe("renderVirtualService", () => {
  test("has the names that users type", () => {
    const { metadata, spec: route } = renderVirtualService(spec);
    expect(metadata).toMatchObject({ name: "versioned-echo-virtualservice", namespace: "canary-lab" });
    expect(route.hosts).toEqual(["versioned-echo", "versioned-echo.canary-lab.test"]);
    expect(route.gateways).toEqual(["mesh", "versioned-echo-gateway"]);
  });

  test("the weights sum to 100, stable first, and both sides are named at any weight", () => {
    fc.assert(
      fc.property(anyWeight, (canaryWeight) => {
        const { http } = renderVirtualService({ ...spec, canaryWeight }).spec;
        const [stable, canary] = http[0]?.route ?? [];
        expect([stable?.destination.subset, canary?.destination.subset]).toEqual(["v1", "v2"]);
        expect([stable?.weight, canary?.weight]).toEqual([100 - canaryWeight, canaryWeight]);
      }),
    );
  });

  test("a new weight changes the two numbers and nothing else", () => {
    const withoutWeights = (canaryWeight: number) =>
      JSON.stringify(renderVirtualService({ ...spec, canaryWeight: toWeight(canaryWeight) })).replace(
        /"weight":\d+/g,
        "",
      );
    fc.assert(fc.property(anyWeight, (weight) => withoutWeights(weight) === withoutWeights(0)));
  });

  test("tries again only what the application cannot have seen, never its answers", () => {
    const conditions = renderVirtualService(spec).spec.http[0]?.retries.retryOn.split(",");
    expect(conditions).toEqual(["connect-failure", "refused-stream", "reset-before-request"]);
  });

  test("every writer applies it under one field manager, as the provider labels it", () => {
    const { annotations, labels } = renderVirtualService(spec).metadata;
    expect(annotations).toEqual({ "pulumi.com/patchFieldManager": "canary-lab" });
    expect(labels["app.kubernetes.io/managed-by"]).toBe("pulumi");
  });
});

describe("renderDestinationRule", () => {
  test("has a subset with labels for every destination of the route", () => {
    const { host, subsets } = renderDestinationRule({ ...spec, owner: "pulumi" }).spec;
    const destinations = renderVirtualService(spec).spec.http.flatMap(({ route }) => route.map((to) => to.destination));
    expect(subsets).toEqual([
      { name: "v1", labels: { version: "v1" } },
      { name: "v2", labels: { version: "v2" } },
    ]);
    for (const destination of destinations) {
      expect(destination.host).toBe(host);
      expect(subsets.map(({ name }) => name)).toContain(destination.subset);
    }
  });
});

test("the gateway listens for the host that the route answers to", () => {
  const [server] = renderGateway(spec).spec.servers;
  expect(renderVirtualService(spec).spec.hosts).toEqual(expect.arrayContaining([...(server?.hosts ?? [])]));
  expect(renderGateway(spec).spec.selector).toEqual({ istio: "ingress" });
});

test("the subsets of a rollout are all pods, until its controller adds the hashes", () => {
  const { subsets } = renderDestinationRule({ ...spec, owner: "rollout-controller" }).spec;
  expect(subsets).toEqual([
    { name: "v1", labels: { app: "versioned-echo" } },
    { name: "v2", labels: { app: "versioned-echo" } },
  ]);
});

test("WeightedRoute makes the gateway before the route that names it, and Subsets the rule of its name", async () => {
  const all = await register(async () => {
    const { WeightedRoute } = await import("../../../../components/traffic/weighted-route.ts");
    const { Subsets } = await import("../../../../components/traffic/subsets.ts");
    new Subsets("route", { ...spec, owner: "pulumi" });
    new WeightedRoute("route", { ...spec, owner: "pulumi", virtualService: renderVirtualService(spec) });
  });
  expect(all.get("route-virtual-service")?.inputs).toEqual(renderVirtualService(spec));
  expect(all.get("route-virtual-service")?.dependencies).toEqual(["route-gateway"]);
  expect(all.get("route-destination-rule")?.inputs).toEqual(renderDestinationRule({ ...spec, owner: "pulumi" }));
});

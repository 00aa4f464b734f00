import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toWeight } from "../../../../canary/weight.ts";
import { renderDestinationRule, renderSideService } from "../../../../components/traffic/render-sides.ts";
import { renderGateway, renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { routeRules } from "../../../../components/traffic/route-rules.ts";
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
        const [stable, canary] = http.at(-1)?.route ?? [];
        expect([stable?.destination.subset, canary?.destination.subset]).toEqual(["v1", "v2"]);
        expect([stable?.weight, canary?.weight]).toEqual([100 - canaryWeight, canaryWeight]);
      }),
    );
  });

  test("a new weight between 1 and 99 changes the two numbers and nothing else", () => {
    const withoutWeights = (canaryWeight: number) =>
      JSON.stringify(renderVirtualService({ ...spec, canaryWeight: toWeight(canaryWeight) })).replace(
        /"weight":\d+/g,
        "",
      );
    fc.assert(fc.property(fc.integer({ min: 1, max: 99 }), (weight) => withoutWeights(weight) === withoutWeights(1)));
  });

  test("sends who asked for the canary to it, and keeps a user on a side, each answer saying which", () => {
    const [targeted, canary, stable, weighted] = renderVirtualService({
      ...spec,
      stickyCookie: "side",
      canaryImage: "versioned-echo:1.2",
    }).spec.http;
    expect(targeted?.match).toEqual([{ headers: { "x-canary": { exact: "v2" } } }]);
    expect(canary?.match).toEqual([{ headers: { cookie: { regex: "(.*;\\s*)?side=canary-1\\.2(;.*)?" } } }]);
    expect(stable?.match).toEqual([{ headers: { cookie: { regex: "(.*;\\s*)?side=stable(;.*)?" } } }]);
    expect([targeted, canary, stable].map((rule) => rule?.route[0]?.destination.subset)).toEqual(["v2", "v2", "v1"]);
    expect(targeted?.route[0]?.headers).toBeUndefined(); // a tester's next request, without the header, is like any other
    expect(weighted).toMatchObject({ name: "weighted" });
    expect(weighted?.route.map(({ headers }) => headers?.response.add["set-cookie"])).toEqual([
      "side=stable; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax",
      "side=canary-1.2; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax",
    ]);
  });

  test("tries again only what the application cannot have seen, never its answers", () => {
    for (const { retries } of renderVirtualService(spec).spec.http) {
      expect(retries.retryOn.split(",")).toEqual(["connect-failure", "refused-stream", "reset-before-request"]);
    }
  });

  test("every writer applies it under one field manager, as the provider labels it", () => {
    const { annotations, labels } = renderVirtualService(spec).metadata;
    expect(annotations).toEqual({ "pulumi.com/patchFieldManager": "canary-lab", "pulumi.com/patchForce": "true" });
    expect(labels["app.kubernetes.io/managed-by"]).toBe("pulumi");
  });
});

describe("renderDestinationRule", () => {
  test("has a subset with labels for every destination of the route", () => {
    const { host, subsets } = renderDestinationRule({ ...spec, toldApartBy: "version" }).spec;
    const destinations = renderVirtualService(spec).spec.http.flatMap(({ route }) => route.map((to) => to.destination));
    expect(subsets).toEqual([
      { name: "v1", labels: { version: "v1" } },
      { name: "v2", labels: { version: "v2" } },
    ]);
    for (const destination of destinations) {
      expect(destination.host).toBe(host);
      expect(subsets.map(({ name }) => name as string)).toContain(destination.subset);
    }
  });
});

test("the gateway listens for the host that the route answers to", () => {
  const [server] = renderGateway(spec).spec.servers;
  expect(renderVirtualService(spec).spec.hosts).toEqual(expect.arrayContaining([...(server?.hosts ?? [])]));
  expect(renderGateway(spec).spec.selector).toEqual({ istio: "ingress" });
});

describe("routeRules", () => {
  const ends = (canaryWeight: number) =>
    routeRules({ canaryWeight: toWeight(canaryWeight), stickyCookie: "side" })
      .slice(0, -1)
      .map(({ targets }) => targets[0].version);

  test("a rollback is for everybody, and so is the end of a release", () => {
    expect(ends(0)).toEqual(["v1", "v1", "v1"]);
    expect(ends(100)).toEqual(["v2", "v2", "v2"]);
  });

  test("has the same rules in the same order at any weight", () => {
    const names = (weight: number, stickyCookie?: string) =>
      routeRules({ canaryWeight: toWeight(weight), stickyCookie }).map(({ name }) => name);
    fc.assert(
      fc.property(anyWeight, (weight) => {
        expect(names(weight)).toEqual(["targeted", "weighted"]);
        expect(names(weight, "")).toEqual(["targeted", "weighted"]);
        expect(names(weight, "side")).toEqual(["targeted", "sticky-canary", "sticky-stable", "weighted"]);
      }),
    );
  });

  test("finds its cookie among others, whole and of this release, and takes it by the letter", () => {
    const rules = routeRules({ canaryWeight: toWeight(10), stickyCookie: "lab.side", canaryImage: "echo:2.0" });
    const header = rules[1]?.header;
    const matches = (cookies: string) =>
      header && "regex" in header && new RegExp(`^(?:${header.regex})$`).test(cookies);
    for (const cookies of [
      "lab.side=canary-2.0",
      "a=1; lab.side=canary-2.0",
      "lab.side=canary-2.0; b=2",
      "a=1;lab.side=canary-2.0;b=2",
    ]) {
      expect([cookies, matches(cookies)]).toEqual([cookies, true]);
    }
    for (const cookies of [
      "",
      "lab.side=stable",
      "lab.side=canary-1.9",
      "lab.side=canary-2.01",
      "my-lab.side=canary-2.0",
      "labXside=canary-2.0",
    ]) {
      expect([cookies, matches(cookies)]).toEqual([cookies, false]);
    }
  });
});

test("the subsets of a rollout are all pods, until its controller adds the hashes", () => {
  const { subsets } = renderDestinationRule({ ...spec, toldApartBy: "revision" }).spec;
  expect(subsets).toEqual([
    { name: "v1", labels: { app: "versioned-echo" } },
    { name: "v2", labels: { app: "versioned-echo" } },
  ]);
});

test("WeightedRoute makes the gateway before the route that names it, and Sides the rule and the Services of its name", async () => {
  const all = await register(async () => {
    const { WeightedRoute } = await import("../../../../components/traffic/weighted-route.ts");
    const { Sides } = await import("../../../../components/traffic/sides.ts");
    new Sides("route", { ...spec, toldApartBy: "version" });
    new WeightedRoute("route", spec);
  });
  expect(all.get("route-virtual-service")?.inputs).toEqual(renderVirtualService(spec));
  expect(all.get("route-virtual-service")?.dependencies).toEqual(["route-gateway"]);
  expect(all.get("route-destination-rule")?.inputs).toEqual(renderDestinationRule({ ...spec, toldApartBy: "version" }));
  for (const [name, version] of [
    ["route-stable-service", "v1"],
    ["route-canary-service", "v2"],
  ] as const) {
    expect(all.get(name)?.inputs.spec.selector).toEqual({ app: "versioned-echo", version });
  }
});

test("a side's Service has all pods where nothing tells the sides apart, and nobody waits for pods of it", () => {
  const { metadata, spec: service } = renderSideService({ ...spec, toldApartBy: "nothing" }, "v2");
  expect(metadata.name).toBe("versioned-echo-v2");
  expect(metadata.annotations["pulumi.com/skipAwait"]).toBe("true");
  expect(service.selector).toEqual({ app: "versioned-echo" });
});

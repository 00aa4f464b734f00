import { generateKeyPairSync } from "node:crypto";
import { describe, expect, jest, test } from "@jest/globals";
import { clusterRegistryOf, type ImageDelivery } from "../../../cluster/images/delivery.ts";
import { isMeant, scopeIn, scopeVariables, serviceOf, urnsOf } from "../../../stacks/application-scope.ts";
import { appliedValues } from "../../../stacks/config/applied-config.ts";
import { parseConfig, type RawConfig, schemaDefaults } from "../../../stacks/config/parse-config.ts";
import { serviceValues } from "../../../stacks/config/service-values.ts";
import { neededParts, rolloutsScope } from "../../../stacks/platform-parts.ts";
import { register } from "../components/mocks.ts";
import { defaults, sampleFacts, sampleTarget, worldVariables } from "./sample-config.ts";

const given = {
  ...defaults,
  services: {
    orders: { canaryWeight: 40, stableImage: "shop/orders:1", canaryImage: "shop/orders:2" },
    billing: { strategy: "rollout-canary", canaryEnabled: false, replicas: 3, autoscaling: { maxReplicas: 5 } },
  },
};
const outputs = { "docker:index/image:Image": { repoDigest: "198.18.0.1:5001/versioned-echo@sha256:abc" } };

const applicationsOf = (values: RawConfig) => {
  const parse = (raw: RawConfig) => parseConfig(raw, worldVariables);
  const names = Object.keys((values.services ?? {}) as object);
  return [
    { service: undefined, config: parse(values), applied: appliedValues(values) },
    ...names.map((service) => {
      const own = serviceValues(values, service, schemaDefaults());
      return { service, config: parse(own), applied: appliedValues(own) };
    }),
  ] as const;
};

// What asks a cluster is left out: here it is what the program makes.
jest.unstable_mockModule("../../../stacks/live/create-live-run.ts", () => ({
  beginLiveRun: async () => ({}),
  createLiveRun: () => ({}),
  refuseWithheld: async () => {},
}));
jest.unstable_mockModule("../../../stacks/find-platform.ts", () => ({
  platformFinder: () => async () => sampleFacts(),
  readOutputs: async () => ({
    strategy: "istio",
    app: "versioned-echo",
    services: { orders: "before", billing: "before" },
  }),
}));
let images: ImageDelivery = { push: "198.18.0.1:5001", pull: "198.18.0.1:5001", reason: "a test" };
jest.unstable_mockModule("../../../stacks/find-images.ts", () => ({ findImages: async () => images }));

const program = async (values: RawConfig, only?: number) => {
  let made: Readonly<Record<string, unknown>> = {};
  const all = await register(
    async () => {
      const { createStack } = await import("../../../stacks/create-stack.ts");
      const applications = applicationsOf(values);
      const [first, ...others] = only === undefined ? applications : [applications[only] ?? applications[0]];
      made = {
        ...(await createStack({
          config: first.config,
          target: sampleTarget,
          applications: [first, ...others],
          isOfOne: only !== undefined,
        })),
      };
    },
    { outputs },
  );
  return { all, outputs: made };
};

describe("the program of a stack with services", () => {
  test("makes all that it makes without them as before, and each service's under its name, in its namespace", async () => {
    const [without, { all }] = [(await program(defaults)).all, await program(given)];
    const own = [...all.keys()].filter((name) => !name.includes("/"));
    // The controller is what a service needs.
    expect(own.filter((name) => !without.has(name)).every((name) => name.startsWith("rollouts"))).toBe(true);
    for (const [name, { inputs, type }] of without) {
      expect(all.get(name)?.type).toBe(type);
      if (name !== "echo-namespace") expect(all.get(name)?.inputs).toEqual(inputs);
    }
    for (const service of ["orders", "billing"]) {
      const mine = [...all.values()].filter(({ name }) => serviceOf(`urn:pulumi:dev::p::t::${name}`) === service);
      expect(mine.map(({ name }) => name)).toContain(`${service}/echo-namespace`);
      const objects = mine.filter(({ type }) => type.startsWith("kubernetes:") && !type.includes(":Namespace"));
      expect(new Set(objects.map(({ inputs }) => inputs.metadata.namespace))).toEqual(
        new Set([`canary-lab-${service}`]),
      );
    }
    expect(all.get("orders/route-virtual-service")?.inputs.spec.http.at(-1).route).toMatchObject([
      { weight: 60 },
      { weight: 40 },
    ]);
    expect([...all.keys()]).toEqual(expect.arrayContaining(["billing/release-rollout", "billing/billing-autoscaler"]));
  });

  test("keeps each namespace apart, as its service has it or as the stack", async () => {
    const isolation = { mode: "enforce", priority: 5, callers: ["shop"] };
    const quota = { ...given.services.orders, isolation: { mode: "enforce", quota: { pods: 90 } } };
    const { all } = await program({ ...given, isolation, services: { ...given.services, orders: quota } });
    const metadataOf = (name: string) => all.get(name)?.inputs.metadata;
    for (const [service, namespace] of [
      ["", "canary-lab"],
      ["orders/", "canary-lab-orders"],
      ["billing/", "canary-lab-billing"],
    ]) {
      expect(metadataOf(`${service}isolation-quota`)).toMatchObject({ namespace });
      expect(metadataOf(`${service}echo-namespace`).labels).toMatchObject({
        "pod-security.kubernetes.io/warn": "restricted",
      });
    }
    expect(all.get("orders/isolation-quota")?.inputs.spec.hard.pods).toBe("90");
    expect(all.has("orders/isolation-priority-class")).toBe(false);
    expect(metadataOf("billing/isolation-priority-class").name).toBe("canary-lab-billing.billing.5");
    const { priorityClassName } = all.get("billing/release-rollout")?.inputs.spec.template.spec ?? {};
    expect(priorityClassName).toBe("canary-lab-billing.billing.5");
    const from = (name: string) => all.get(name)?.inputs.spec.rules[0].from[0].source.namespaces;
    expect(from("billing/isolation-callers")).toContain("shop");
    expect(from("orders/isolation-callers")).not.toContain("shop");
  });

  test("gives the accounts of each application what its images need of the registry", async () => {
    const pushed = images;
    images = clusterRegistryOf(undefined);
    const { all } = await program({ ...given, accounts: true });
    images = pushed;
    for (const service of ["", "orders/", "billing/"]) {
      expect([...all.keys()]).toContain(`${service}mover-canary-lab-registry-role`);
      expect([...all.keys()]).toContain(`${service}updater-account`);
    }
  });

  test("gives the accounts that are about all of the stack their rights on services, which no update of one takes", async () => {
    const { all } = await program({ ...given, accounts: true });
    const further = [...all.values()].filter(({ name }) => name.startsWith("_/"));
    expect(further.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["_/updater-canary-lab-orders-role", "_/previewer-canary-lab-billing-binding"]),
    );
    expect(all.get("_/updater-canary-lab-orders-binding")?.inputs).toMatchObject({
      metadata: { name: "canary-lab-versioned-echo-updater-further", namespace: "canary-lab-orders" },
      roleRef: { name: "canary-lab-versioned-echo-updater-further" },
      subjects: [{ name: "versioned-echo-updater", namespace: "canary-lab" }],
    });
    const names = [...all.values()].map(({ type, inputs }) => [
      type,
      inputs.metadata?.namespace,
      inputs.metadata?.name,
    ]);
    expect(new Set(names.filter(([type]) => /Role/.test(type ?? "")).map(String)).size).toBe(
      names.filter(([type]) => /Role/.test(type ?? "")).length,
    );
    for (const only of [0, 1]) {
      const one = (await program({ ...given, accounts: true }, only)).all;
      expect([...one.keys()].filter((name) => name.startsWith("_/"))).toEqual([]);
    }
    for (const { name, type } of further) {
      const urn = `urn:pulumi:dev::canary-lab::canary-lab:accounts:FurtherRights$${type}::${name}`;
      for (const service of [undefined, "orders"]) expect(isMeant(urnsOf({ service }, []), urn)).toBe(false);
    }
  });

  test("notes on each namespace what is applied there, and on the stack's what the services take of the platform", async () => {
    const { all } = await program(given);
    const note = (name: string) => JSON.parse(all.get(name)?.inputs.metadata.annotations["canary-lab/config"]);
    expect(JSON.parse(note("echo-namespace").services)).toEqual({
      billing: { strategy: "rollout-canary" },
      orders: { strategy: "istio" },
    });
    expect(note("orders/echo-namespace")).toMatchObject({
      app: "orders",
      namespace: "canary-lab-orders",
      stableImage: "shop/orders:1",
    });
    expect(note("orders/echo-namespace")).not.toHaveProperty("services");
  });

  test("changes for a service's weight exactly one resource, which is the service's", async () => {
    const moved = { ...given, services: { ...given.services, orders: { ...given.services.orders, canaryWeight: 70 } } };
    const [before, after] = [(await program(given)).all, (await program(moved)).all];
    const changed = [...before].filter(
      ([name, { inputs }]) => JSON.stringify(inputs) !== JSON.stringify(after.get(name)?.inputs),
    );
    expect(changed.map(([name]) => name)).toEqual(["orders/route-virtual-service"]);
  });

  test("says of each service what it says of the stack's application", async () => {
    const { outputs: made } = await program(given);
    expect(made).toMatchObject({
      strategy: "istio",
      namespace: "canary-lab",
      app: "versioned-echo",
      client: "versioned-echo-client",
    });
    expect(made.services).toMatchObject({
      orders: { strategy: "istio", namespace: "canary-lab-orders", gateway: "orders.canary-lab-orders.test" },
      billing: { strategy: "rollout-canary", namespace: "canary-lab-billing", weights: null },
    });
  });

  test("makes in an update of one application that alone, and keeps what was said of the others", async () => {
    const { all, outputs: made } = await program(given, 1);
    expect(all.has("echo-namespace")).toBe(false);
    expect(all.has("orders/route-virtual-service")).toBe(true);
    expect(made).toMatchObject({
      app: "versioned-echo",
      services: { orders: { namespace: "canary-lab-orders" }, billing: "before" },
    });
    const own = await program(given, 0);
    expect([...own.all.keys()].filter((name) => name.includes("/"))).toEqual([]);
    expect(own.outputs).toMatchObject({ namespace: "canary-lab", services: { orders: "before", billing: "before" } });
  });
});

test("a stack's platform has what any of its services needs", () => {
  const [stack, orders] = applicationsOf(given).map(({ config }) => config);
  expect(neededParts(stack as NonNullable<typeof stack>)).toEqual(["rollouts"]);
  expect(rolloutsScope(stack as NonNullable<typeof stack>)).toBe("cluster");
  expect(neededParts(orders as NonNullable<typeof orders>)).toEqual([]);
});

describe("an update of one application", () => {
  test("may change that alone", () => {
    expect(urnsOf({ service: "orders" }, ["**::route-virtual-service"])).toEqual({
      targets: ["**::orders/route-virtual-service"],
    });
    expect(urnsOf({ service: "orders" }, [])).toEqual({ targets: ["**::orders/**"] });
    expect(urnsOf({ service: undefined }, ["**::route-virtual-service"])).toEqual({
      targets: ["**::route-virtual-service"],
    });
    expect(urnsOf({ service: undefined }, [])).toEqual({ excludes: ["**::*/*"] });
  });

  test("is told to the program, as none is where it is about all", () => {
    expect(scopeIn({})).toBeUndefined();
    for (const scope of [{ service: undefined }, { service: "orders" }])
      expect(scopeIn(scopeVariables(scope))).toEqual(scope);
  });
});

test("images of any application that the policy's keys have not signed are refused before anything is made", async () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  const signedBy = [publicKey.export({ type: "spki", format: "pem" }).toString()];
  const policy = JSON.stringify({ mode: "enforce", signedBy });
  await expect(program({ ...given, policy })).rejects.toThrow(/image shop\/orders:1 is not named by its digest/);
});

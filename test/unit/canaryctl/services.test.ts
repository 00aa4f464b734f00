import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { applyOnly, pendingText, withApplied } from "../../../canaryctl/src/applied.ts";
import { deployedNamespaces, deployedServices, deployedWeight } from "../../../canaryctl/src/deployed.ts";
import { isGone } from "../../../canaryctl/src/engine/drift/mend.ts";
import { PulumiEngine } from "../../../canaryctl/src/engine/engine.ts";
import type { EngineProcess } from "../../../canaryctl/src/engine/process.ts";
import { mustNameThis } from "../../../canaryctl/src/named-by-flags.ts";
import { servicesOf } from "../../../canaryctl/src/services.ts";
import { StackFile } from "../../../canaryctl/src/stack-file.ts";
import { weightedRule } from "../../../components/traffic/route-rules.ts";
import { canonicalJson } from "../../../components/workload/render-application.ts";
import { appliedValues } from "../../../stacks/config/applied-config.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { fakeLab, projectFolder } from "./fake-lab.ts";

const text = `config:
  canary-lab:canaryWeight: "10"
  canary-lab:replicas: "3"
  canary-lab:services:
    orders:
      # the shop's
      canaryWeight: 40 # percent
      objective: { errorRate: 0.1 }
    billing: { strategy: replica-ratio }
`;

const open = (content = text) => {
  const file = new StackFile("dev", projectFolder(content));
  return { file, orders: file.of("orders"), read: () => readFileSync(file.path, "utf8") };
};

describe("the stack's file as a service has it", () => {
  test("has the stack's values with the service's in front, and nothing of the other services", () => {
    const { file, orders } = open();
    expect(file.services()).toEqual(["orders", "billing"]);
    expect(orders.values()).toMatchObject({
      app: "orders",
      namespace: "canary-lab-orders",
      canaryWeight: 40,
      objective: '{"errorRate":0.1}',
      replicas: "3",
    });
    expect(orders.values()).not.toHaveProperty("services");
    expect(orders.valuesOf(["app", "namespace"])).toMatchObject({
      app: "orders",
      namespace: "canary-lab-orders",
      replicas: 2,
    });
    expect(orders.valuesOf(["app"]).canaryWeight).toBe(10);
  });

  test("writes what is set where the service has it, with comments and order, and takes it back to the byte", () => {
    const { orders, read } = open();
    orders.set({ canaryWeight: 70, canaryEnabled: true });
    expect(read()).toBe(
      text
        .replace("canaryWeight: 40 # percent", 'canaryWeight: "70" # percent')
        .replace("{ errorRate: 0.1 }\n", '{ errorRate: 0.1 }\n      canaryEnabled: "true"\n'),
    );
    expect(orders.values().canaryWeight).toBe("70");
    orders.restore();
    expect(read()).toBe(text);
  });

  test("takes back only its own value where another has written since", () => {
    const { file, orders, read } = open();
    orders.set({ canaryWeight: 70 });
    file.of("billing").set({ canaryWeight: 20 });
    orders.restore();
    expect(read()).toMatch(
      /canaryWeight: 40 # percent[\s\S]*billing: *\{ *strategy: replica-ratio, canaryWeight: "20" *\}/,
    );
  });

  test("makes a map of services that are written as one text, as `config set` writes them", () => {
    const { orders, file, read } = open(`config:\n  services: '{"orders":{"canaryWeight":5},"billing":{}}'\n`);
    expect(file.services()).toEqual(["orders", "billing"]);
    orders.set({ canaryWeight: 6 });
    expect(read()).toBe('config:\n  services:\n    orders:\n      canaryWeight: "6"\n    billing: {}\n');
    expect(orders.remove(["canaryWeight", "plan"])).toEqual(["canaryWeight"]);
    expect(orders.values().canaryWeight).toBe(10);
  });
});

/** A lab of a service, or of the stack's own application beside services, whose file has `changes` behind what is applied. */
function labOf(service: string | undefined, changes: Record<string, string> = {}) {
  const fake = fakeLab({ objects: {} });
  const own = new StackFile("dev", projectFolder(text));
  const stackFile = service === undefined ? own : own.of(service);
  const lab = { ...fake.lab, stackFile, config: parseConfig(stackFile.values()) };
  const note = canonicalJson(appliedValues(stackFile.values()));
  stackFile.set(changes);
  return { ...fake, own, lab: withApplied(lab, note) };
}

test("a service's config is parsed once for what its file says, and anew where somebody has written it", () => {
  const { file, orders } = open();
  const [first, second] = [servicesOf(file), servicesOf(file)];
  expect(first.map(({ config }) => config.app)).toEqual(["orders", "billing"]);
  for (const [index, { config, stackFile }] of first.entries()) {
    expect(second[index]?.config).toBe(config);
    expect(second[index]?.stackFile).not.toBe(stackFile); // each knows what it has written itself
  }
  orders.set({ canaryWeight: 70 });
  expect(servicesOf(file)[0]?.config.canaryWeight).toBe(70);
  file.remove(["services"]);
  expect(servicesOf(file)).toEqual([]);
});

describe("a command about one application of several", () => {
  test("hands the engine the config of the service alone, and names it", async () => {
    const { lab, own, scopes } = labOf("orders", { replicas: "5" });
    await applyOnly(lab, { canaryWeight: 70 }, { say: () => {}, targets: ["**::route-virtual-service"] });
    expect(scopes).toEqual([
      expect.objectContaining({ targets: ["**::route-virtual-service"], application: { service: "orders" } }),
    ]);
    expect(scopes[0]?.text).toMatch(/canary-lab:canaryWeight: "70"/);
    expect(scopes[0]?.text).toMatch(/canary-lab:app: orders/);
    expect(scopes[0]?.text).toMatch(/canary-lab:replicas: "3"/);
    expect(scopes[0]?.text).not.toMatch(/billing|services/);
    expect(own.of("orders").values()).toMatchObject({ canaryWeight: "70", replicas: "5" });
    expect(own.values().canaryWeight).toBe("10");
    expect(pendingText(lab)).toMatch(/^Left alone: replicas is 3 in the cluster and 5 in Pulumi.dev.yaml/);
  });

  test("leaves what is pending of the services alone where it is about the stack's own application", async () => {
    const { lab, own, scopes } = labOf(undefined);
    own.of("billing").set({ canaryWeight: "50" });
    await applyOnly(lab, { stableImage: "a:2" }, { say: () => {} });
    expect(scopes).toEqual([expect.objectContaining({ application: { service: undefined } })]);
    own.set({ services: "{}" });
    const pending = withApplied(lab, canonicalJson(lab.applied?.values)).applied?.pending;
    expect(pending).toContainEqual({
      key: "services",
      applied: '{"billing":{"strategy":"replica-ratio"},"orders":{"strategy":"istio"}}',
      wanted: undefined,
    });
  });

  test("has the engine change its resources and no others", async () => {
    const asked: EngineProcess[] = [];
    const engine = new PulumiEngine("dev", {}, async (process) => {
      asked.push(process);
      return { code: 0, lines: [], output: [], isInterrupted: false };
    });
    await engine.update(undefined, { application: { service: "orders" }, targets: ["**::route-virtual-service"] });
    await engine.update(undefined, { application: { service: "orders" } });
    await engine.update(undefined, { application: { service: undefined } });
    const of = (args: readonly string[] = []) =>
      args.filter((_, index) => /^--(target|exclude)$/.test(args[index - 1] ?? ""));
    expect(asked.map(({ args }) => of(args))).toEqual([
      ["**::orders/route-virtual-service"],
      ["**::orders/**"],
      ["**::*/*"],
    ]);
    expect(asked.map(({ variables }) => [variables?.CANARY_LAB_APPLICATION, variables?.CANARY_LAB_TARGETED])).toEqual([
      ["orders/", "true"],
      ["orders/", undefined],
      ["/", undefined],
    ]);
  });

  test("takes for gone what is its own alone", () => {
    const drift = (name: string) => ({
      live: undefined,
      urn: `urn:pulumi:dev::canary-lab::a$kubernetes:apps/v1:Deployment::${name}`,
    });
    const gone = (patterns: Parameters<typeof isGone>[0]) =>
      ["stable-deployment", "orders/stable-deployment"].filter((name) => isGone(patterns)(drift(name) as never));
    expect(gone({ targets: ["**::stable-deployment"] })).toEqual(["stable-deployment"]);
    expect(gone({ targets: ["**::orders/**"] })).toEqual(["orders/stable-deployment"]);
    expect(gone({ excludes: ["**::*/*"] })).toEqual(["stable-deployment"]);
    expect(gone({})).toHaveLength(2);
  });
});

test("the namespaces of a state are told apart by application", () => {
  const resources = [
    ["echo-namespace", "canary-lab"],
    ["orders/echo-namespace", "canary-lab-orders"],
    ["istio-system", "istio-system"],
  ].map(([name, id = ""]) => ({
    urn: `urn:pulumi:dev::canary-lab::canary-lab:workload:EchoApplication$kubernetes:core/v1:Namespace::${name}`,
    type: "kubernetes:core/v1:Namespace",
    id,
    inputs: {
      metadata: { annotations: id === "istio-system" ? {} : { "canary-lab/stack": "organization/canary-lab/dev" } },
    },
  }));
  const state = { version: 3, deployment: { resources } };
  expect(deployedNamespaces(state)).toEqual(["canary-lab", "canary-lab-orders"]);
  expect(deployedNamespaces(state, { service: undefined })).toEqual(["canary-lab"]);
  expect(deployedNamespaces(state, { service: "orders" })).toEqual(["canary-lab-orders"]);
  expect(deployedServices(state)).toEqual(["orders"]);
});

test("the weight that a state remembers is that of the application's own route", () => {
  const route = (name: string, weight: number) => ({
    urn: `urn:pulumi:dev::canary-lab::kubernetes:networking.istio.io/v1:VirtualService::${name}`,
    type: "kubernetes:networking.istio.io/v1:VirtualService",
    inputs: { spec: { http: [{ name: weightedRule, route: [{ weight: 100 - weight }, { weight }] }] } },
  });
  const resources = [route("route-virtual-service", 30), route("orders/route-virtual-service", 60)];
  const state = { version: 3, deployment: { resources } };
  expect(deployedWeight(state, { service: undefined })).toEqual({ canaryWeight: 30 });
  expect(deployedWeight(state, { service: "orders" })).toEqual({ canaryWeight: 60 });
  expect(deployedWeight(undefined, { service: undefined })).toEqual({});
});

test("--app of no application is refused with the names that there are", () => {
  const config = parseConfig(new StackFile("dev", projectFolder(text)).values());
  expect(() => mustNameThis({ stack: "dev", app: "order" }, config)).toThrow(
    expect.objectContaining({ allowed: "versioned-echo, orders, billing", next: "npx canaryctl status" }),
  );
  for (const app of ["versioned-echo", undefined]) mustNameThis({ stack: "dev", ...(app && { app }) }, config);
});

test("a file that is gone leaves none of it behind", () => {
  const folder = projectFolder();
  const orders = new StackFile("dev", folder).of("orders");
  orders.set({ canaryWeight: 30 });
  expect(readFileSync(orders.path, "utf8")).toBe(
    'config:\n  canary-lab:services:\n    orders:\n      canaryWeight: "30"\n',
  );
  orders.restore();
  expect(existsSync(join(folder, "Pulumi.dev.yaml"))).toBe(false);
  writeFileSync(orders.path, "config: 5\n");
  expect(() => orders.services()).toThrow(/must be a map/);
});

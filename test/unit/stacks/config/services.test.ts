import { describe, expect, test } from "@jest/globals";
import { parseConfig, schemaDefaults } from "../../../../stacks/config/parse-config.ts";
import { serviceValues } from "../../../../stacks/config/service-values.ts";
import { defaults } from "../sample-config.ts";
import { problemsOf } from "./problems-of.ts";

const configOf = (values: Readonly<Record<string, unknown>>, name: string) =>
  parseConfig(serviceValues({ ...defaults, ...values }, name, defaults));

describe("a service of a stack", () => {
  test("has the stack's values but for its own, and a namespace of its own", () => {
    const services = { orders: { strategy: "replica-ratio", canaryWeight: "30", objective: { errorRate: 0.1 } } };
    const orders = configOf({ namespace: "shop", replicas: 7, monitoring: true, services }, "orders");
    expect(orders).toMatchObject({
      app: "orders",
      namespace: "shop-orders",
      strategy: "replica-ratio",
      canaryWeight: 30,
      replicas: 7,
      monitoring: true,
      services: {},
    });
    expect(orders.objective).toMatchObject({ errorRate: 0.1, minimumRequests: 100 });
    expect(configOf({ services: { orders: { namespace: "mine" } } }, "orders").namespace).toBe("mine");
  });

  test("is not moved by what the commands write of the stack's application", () => {
    const moved = {
      canaryWeight: 70,
      canaryEnabled: false,
      canaryImage: "a:2",
      canaryReplicas: 9,
      stableImage: "a:1",
      previousImage: "a:0",
      judgeOverride: "urgent",
    };
    expect(configOf({ ...moved, services: { orders: {} } }, "orders")).toEqual(
      configOf({ services: { orders: {} } }, "orders"),
    );
  });

  test("is read from JSON text, as the engine hands it over, and begins with the defaults of Pulumi.yaml", () => {
    const text = JSON.stringify({ orders: { canaryWeight: 5 } });
    expect(configOf({ services: text }, "orders").canaryWeight).toBe(5);
    expect(schemaDefaults()).toMatchObject({ canaryWeight: 10, canaryEnabled: true, stableImage: "versioned-echo:v1" });
  });
});

describe("services are refused", () => {
  test("by all that is wrong with each of them at once, by where it stands", () => {
    const services = {
      orders: { canaryWeight: 101, platform: "own", strateggy: "istio" },
      billing: { canaryEnabled: false },
      Mail: {},
      "versioned-echo": {},
      audit: { namespace: "canary-lab-orders" },
      shelf: "deep",
    };
    expect(problemsOf({ services })).toEqual([
      expect.stringMatching(/^services\.orders\.platform is "own", and no such field is known/),
      expect.stringMatching(/^services\.orders\.strateggy is "istio".*did you mean strategy\?$/),
      expect.stringMatching(/^services\.Mail is no name of an application; allowed: 1 to 40 lower-case letters/),
      expect.stringMatching(/^services\.shelf is "deep"; allowed: an object of canaryWeight, /),
      'services.orders.namespace is "canary-lab-orders", which another application of the stack has; allowed: one of its own',
      expect.stringMatching(/^services\.orders\.canaryWeight is "101"; allowed: /),
      'services.billing.canaryWeight is "10" while canaryEnabled is false; allowed: 0, or canaryEnabled true',
      "services.versioned-echo is named as the stack's own application; allowed: another name, or another app",
      'services.audit.namespace is "canary-lab-orders", which another application of the stack has; allowed: one of its own',
    ]);
  });

  test("only for what is wrong with them: what is wrong with the stack is told once", () => {
    expect(problemsOf({ replicas: 0, services: { orders: {} } })).toHaveLength(1);
    expect(problemsOf({ services: "none" })).toEqual([
      expect.stringMatching(/^services is "none"; allowed: an object/),
    ]);
    expect(problemsOf({ services: { a: {} }, rollouts: "namespace" })).toEqual([
      expect.stringMatching(/^rollouts is namespace while there are services/),
    ]);
  });

  test("with a way back that leaves the other services alone", () => {
    const parse = (services: object) => () => parseConfig({ ...defaults, services });
    const next = (command: string) => expect.objectContaining({ next: command });
    expect(parse({ orders: { canaryWeight: -1, replicas: 0 }, billing: { plan: "x" } })).toThrow(
      next(
        "npx canaryctl --app orders config rm canaryWeight && npx canaryctl --app orders config rm replicas && npx canaryctl --app billing config rm plan",
      ),
    );
    expect(parse({ "versioned-echo": {} })).toThrow(next("npx canaryctl config get services"));
  });
});

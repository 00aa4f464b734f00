import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Command } from "commander";
import { leaveEnvironment, takeOwnCheckout } from "../own-checkout.ts";

const text = `config:
  canary-lab:namespace: shop
  canary-lab:services:
    orders: { namespace: books }
    billing: {}
`;
const folder = takeOwnCheckout({ dev: text });
const { remove, set } = await import("../../../../canaryctl/src/commands/config.ts");
const { UsageError } = await import("../../../../canaryctl/src/usage-error.ts");
const { StackFile } = await import("../../../../canaryctl/src/stack-file.ts");

const variables = { ...process.env };
beforeAll(() => {
  leaveEnvironment();
  jest.spyOn(console, "log").mockImplementation(() => {});
});
beforeEach(() => writeFileSync(join(folder, "Pulumi.dev.yaml"), text));
afterAll(() => {
  process.env = variables;
});

const fileText = () => readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8");

/** A command `config` with --app, as canaryctl reads it. */
function config(app?: string): Command {
  const command = new Command("canaryctl").option("--stack <name>").option("--app <name>");
  command.parseOptions(["--stack", "dev", ...(app === undefined ? [] : ["--app", app])]);
  return command;
}

describe("what would make two applications of a stack one is refused, and nothing is written", () => {
  const taken = (services: readonly string[], namespace: string) =>
    services.map(
      (name) =>
        `${name}namespace is "${namespace}", which another application of the stack has; allowed: one of its own`,
    );
  test.each([
    ["a service's namespace that is the stack's", "orders", ["namespace", "shop"], taken([""], "shop")],
    [
      "a service's namespace that another has without saying so",
      "orders",
      ["namespace", "shop-billing"],
      taken(["", "services.billing."], "shop-billing"),
    ],
    [
      "the stack's namespace that is a service's",
      undefined,
      ["namespace", "books"],
      taken(["services.orders."], "books"),
    ],
    [
      "the stack's namespace that is a service's and the project's default",
      undefined,
      ["namespace", "canary-lab"],
      taken(["services.search."], "canary-lab"),
    ],
    [
      "the stack's name that is a service's",
      undefined,
      ["app", "orders"],
      ["services.orders is named as the stack's own application; allowed: another name, or another app"],
    ],
    [
      "services of which one has the stack's namespace",
      undefined,
      ["services", '{"mail":{"namespace":"shop"}}'],
      taken(["services.mail."], "shop"),
    ],
  ] as const)("%s", (what, app, words, problems) => {
    const file = new StackFile("dev");
    if (what.endsWith("default")) file.of("search").set({ namespace: "canary-lab" });
    const before = fileText();
    expect(() => set(words, config(app))).toThrow(
      expect.objectContaining({
        message: ["Nothing is written:", ...problems].join("\n  - "),
        next: `npx canaryctl config get ${words[0]}`,
      }),
    );
    expect(fileText()).toBe(before);
  });

  test("a namespace whose removal gives a service that of another", () => {
    new StackFile("dev").of("billing").set({ namespace: "till" });
    set(["namespace", "shop-billing"], config("orders"));
    const before = fileText();
    expect(() => remove(["namespace"], config("billing"))).toThrow(/^Nothing is written:[\s\S]*"shop-billing"/);
    expect(fileText()).toBe(before);
    set(["namespace", "books"], config("orders"));
    remove(["namespace"], config("billing"));
    expect(new StackFile("dev").of("billing").values().namespace).toBe("shop-billing");
  });
});

test("what was wrong before is no reason: a collision is mended key by key", () => {
  const file = new StackFile("dev");
  file.of("orders").set({ namespace: "shop" });
  file.of("billing").set({ namespace: "shop" });
  set(["namespace", "books"], config("orders"));
  set(["canaryWeight", "20"], config("orders"));
  remove(["namespace"], config("billing"));
  expect(file.of("billing").values().namespace).toBe("shop-billing");
});

test.each([
  ["canaryWeight abc", "canaryWeight 10"],
  ["canaryWeight 110", "canaryWeight 10"],
  ["canaryWeight 30%", "canaryWeight 30"],
  ["canaryWeight", "canaryWeight 10"],
  ["canaryEnabled TRUE", "canaryEnabled true"],
  ["strategy rollout-canry", "strategy rollout-canary"],
  ["replicas 3 strategy Istio", "replicas 3 strategy istio"],
  ["canaryWeigth 30", "canaryWeight 30"],
])("config set %s is bad usage, and leads to what was perhaps meant: %s", (given, meant) => {
  const before = fileText();
  let error: unknown;
  try {
    set(given.split(" "), config());
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ next: `npx canaryctl config set ${meant}` });
  expect(fileText()).toBe(before);
  expect(() => set(meant.split(" "), config())).not.toThrow();
});

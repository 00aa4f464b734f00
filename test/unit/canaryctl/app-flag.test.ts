import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Command } from "commander";
import { leaveEnvironment, takeOwnCheckout } from "./own-checkout.ts";

takeOwnCheckout({
  dev: "config:\n  canary-lab:services:\n    orders: { canaryWeight: 40 }\n    billing: { strategy: rolling-update, canaryEnabled: false, canaryWeight: 0 }\n",
});
const { chooseStack } = await import("../../../canaryctl/src/choose-stack.ts");
const { serviceStatus, servicesOf, serviceText } = await import("../../../canaryctl/src/services.ts");
const { StackFile } = await import("../../../canaryctl/src/stack-file.ts");
const { stackFileOf } = await import("../../../canaryctl/src/stack-file-of.ts");
const { printable } = await import("../../../canaryctl/src/this-stack.ts");

const variables = { ...process.env };
beforeAll(() => leaveEnvironment());
afterAll(() => {
  process.env = variables;
});

const choose = async (name: string, app?: string) => {
  const program = new Command("canaryctl").option("--stack <name>").option("--app <name>");
  const [command = "", ...flags] = name.split(" ");
  const chosen = program.command(command).option("--json");
  chosen.parseOptions(flags);
  program.parseOptions(["--stack", "dev", ...(app === undefined ? [] : ["--app", app])]);
  await chooseStack(program, chosen);
};

test("--app of a service opens the stack's file as that has it", () => {
  expect(stackFileOf({ stack: "dev", app: "orders" }).values()).toMatchObject({ app: "orders", canaryWeight: 40 });
  for (const app of ["versioned-echo", "unknown"]) expect(stackFileOf({ stack: "dev", app }).service).toBeUndefined();
});

test("what is printed to run next names the service that the command is about, once", async () => {
  await choose("status", "orders");
  expect(printable("next: npx canaryctl rollback && npx canaryctl up")).toBe(
    "next: npx canaryctl --app orders rollback && npx canaryctl up",
  );
  expect(printable("next: npx canaryctl --app orders rollback")).toBe("next: npx canaryctl --app orders rollback");
  await choose("status");
  expect(printable("next: npx canaryctl rollback")).toBe("next: npx canaryctl rollback");
});

test.each(["up", "down", "preview", "preview --json"])(
  "%s, which is about all of the stack, refuses a service",
  async (name) => {
    const [command] = name.split(" ");
    await expect(choose(name, "orders")).rejects.toMatchObject({
      message: `${command} is about all of the stack, and --app names its service orders.`,
      allowed: `${command} without --app`,
    });
  },
);

test("the status of a stack has a line for each service, with the command that says more", () => {
  const lines = servicesOf(new StackFile("dev")).map(({ config }) => serviceText(serviceStatus(config)));
  expect(lines).toEqual([
    "Service orders: istio, 60/40 wanted. Next: npx canaryctl --app orders status",
    "Service billing: rolling-update. Next: npx canaryctl --app billing status",
  ]);
});

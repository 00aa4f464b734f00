import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { LoadSummary } from "../../apps/load-client/src/load-summary.ts";
import { openBrowser } from "./support/browser.ts";
import { mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { fullStack } from "./support/full-stack.ts";
import { canaryctl, kubectl, namespace, pulumi, pulumiJson } from "./support/lab.ts";
import { versionsIn } from "./support/object-versions.ts";
import { editConfig, keepConfig, readConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { type SteadyLoad, startSteadyLoad } from "./support/traffic.ts";
import { axeFindings, startUi } from "./support/ui.ts";
import { dragTo } from "./support/ui-page.ts";

const [orders, billing] = [`${namespace}-orders`, `${namespace}-billing`] as const;
const services = {
  orders: { canaryWeight: 10, replicas: 1, canaryReplicas: 1 },
  billing: { strategy: "replica-ratio", canaryWeight: 50, replicas: 2 },
};

/** The weight of the canary in the route of orders. */
async function ordersWeight(): Promise<string> {
  const weights = 'jsonpath={.spec.http[?(@.name=="weighted")].route[?(@.destination.subset=="v2")].weight}';
  return kubectl("get", "virtualservice", "orders-virtualservice", "-n", orders, "-o", weights);
}

const loadOf = (app: keyof typeof services): Promise<SteadyLoad> =>
  startSteadyLoad({ app, from: `${namespace}-${app}`, rate: 100 });

function expectNothingLost({ sent, failed, errors, statuses }: LoadSummary): void {
  expect({ failed, errors, statuses }).toEqual({ failed: 0, errors: {}, statuses: { 200: sent } });
  expect(sent).toBeGreaterThan(100);
}

/** Runs a command about one application, and sees that no object of the others was written. */
async function alone(others: readonly string[], ...args: readonly string[]): Promise<string> {
  const before = await versionsIn(others);
  const { exitCode, output, stdout } = await canaryctl(...args);
  if (exitCode !== 0) throw new Error(`canaryctl ${args.join(" ")} ended with ${exitCode}:\n${output}`);
  expect(await versionsIn(others)).toEqual(before);
  return stdout;
}

describePart("several services in one stack", () => {
  withStrategy({ strategy: "istio", ...fullStack });
  const restore = keepConfig();

  beforeAll(async () => {
    editConfig({ services });
    const { output } = await mustBeUp();
    for (const app of Object.keys(services))
      expect(output).toMatch(new RegExp(`^Traffic of ${app}: \\d+ requests .* answered, 0 failed$`, "m"));
  }, 600_000);

  afterAll(async () => {
    restore();
    await mustBeUp();
  }, 300_000);

  test("each has its own namespace, strategy and weight, and the status names them", async () => {
    const { stdout } = await canaryctl("status");
    expect(stdout).toContain("Service orders: istio, 90/10 wanted.");
    expect(stdout).toContain("Service billing: replica-ratio, 50/50 wanted.");
    expect((await canaryctl("--app", "billing", "status")).stdout).toMatch(
      /Stack dev: billing in namespace canary-lab-billing[\s\S]*strategy +replica-ratio/,
    );
    expect(await pulumiJson("stack", "output", "services", "--json")).toMatchObject({
      orders: { strategy: "istio", namespace: orders, weights: { stable: 90, canary: 10 } },
      billing: { strategy: "replica-ratio", namespace: billing, weights: { stable: 50, canary: 50 } },
    });
  }, 60_000);

  test("a move of one changes that one alone, and no request of either is lost", async () => {
    const loads = await Promise.all([loadOf("orders"), loadOf("billing")]);
    await alone([namespace, billing], "--app", "orders", "set-traffic", "50", "50");
    await alone([namespace, orders], "--app", "billing", "set-traffic", "100", "0");
    for (const load of loads) expectNothingLost(await load.stop());
    expect(await ordersWeight()).toBe("50");
    expect(readConfig("canaryWeight")).toBe("0"); // the stack's own
    expect((await canaryctl("--app", "orders", "config", "get", "canaryWeight")).stdout.trim()).toBe("50");
    expect(await pulumiJson("stack", "output", "services", "--json")).toMatchObject({
      orders: { weights: { canary: 50 } },
      billing: { weights: { canary: 0 } },
    });
  }, 240_000);

  test("the live page has a chooser of services, and what it does is about the one that is shown", async () => {
    const before = await versionsIn([namespace, billing]);
    const [chromium, ui] = await Promise.all([openBrowser(), startUi("--app", "orders", "--port", "0")]);
    try {
      const viewport = { width: 1280, height: 800 };
      const page = await (await chromium.browser.newContext({ viewport, colorScheme: "light" })).newPage();
      await page.goto(ui.url);
      const shows = (app: string) => page.locator("h1", { hasText: new RegExp(`^${app}$`) }).waitFor();
      const isDone = (command: string) =>
        page.locator(".outcomes li.done", { hasText: command }).first().waitFor({ timeout: 60_000 });
      await shows("orders");
      await page.getByRole("button", { name: "Roll back orders" }).click();
      await isDone("--app orders rollback");
      expect(await ordersWeight()).toBe("0");
      const chooser = page.getByLabel("Service");
      await chooser.selectOption("billing");
      await shows("billing");
      expect(await page.getByRole("button", { name: "Roll back billing" }).count()).toBe(1);
      await chooser.selectOption("");
      await shows("versioned-echo");
      await chooser.selectOption("orders");
      await shows("orders");
      expect(page.url()).toMatch(/\?stack=dev&app=orders$/);
      await page.getByRole("slider").waitFor();
      await dragTo(page, 50);
      await isDone("--app orders set-traffic 50 50");
      expect(await ordersWeight()).toBe("50");
      expect(await versionsIn([namespace, billing])).toEqual(before);
      expect(await axeFindings(page)).toEqual([]);
    } finally {
      await Promise.all([chromium.close(), ui.stop()]);
    }
  }, 180_000);

  test("a rollback of one leaves what is pending of the others", async () => {
    expect((await canaryctl("--app", "billing", "config", "set", "canaryWeight", "50")).exitCode).toBe(0);
    await alone([namespace, billing], "--app", "orders", "rollback");
    expect(await ordersWeight()).toBe("0");
    expect((await canaryctl("--app", "orders", "history")).stdout).toMatch(/rollback .*50\/50 +100\/0/);
    expect((await canaryctl("history")).stdout).not.toMatch(/rollback .*50\/50 +100\/0/);
    expect((await canaryctl("--app", "billing", "config", "set", "canaryWeight", "0")).exitCode).toBe(0);
  }, 120_000);

  test("a release of one, and one of the stack's own application, are theirs alone", async () => {
    await alone([namespace, billing], "--app", "orders", "promote", "--full", "--reason", "a test");
    expect((await canaryctl("--app", "orders", "config", "get", "stableImage")).stdout.trim()).toBe(
      "versioned-echo:v2",
    );
    await alone([orders, billing], "create-canary", "--image", "versioned-echo:v2");
    await alone([orders, billing], "delete-canary");
  }, 300_000);

  test("moves leave nothing for an update of all", async () => {
    expect(await pulumi("preview", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  }, 120_000);

  test("an application that there is not is refused, with those that there are", async () => {
    const { exitCode, output } = await canaryctl("--app", "order", "set-traffic", "0", "100");
    expect(exitCode).toBe(2);
    expect(output).toContain("allowed: versioned-echo, orders, billing");
  }, 30_000);

  test("one that is taken out of the config goes with its namespace, and the others stay", async () => {
    const before = await versionsIn([orders]);
    editConfig({ services: { orders: { ...services.orders, ...(await released()) } } });
    await mustBeUp();
    expect(await kubectl("get", "namespace", billing, "--ignore-not-found", "-o", "name")).toBe("");
    expect(await versionsIn([orders])).toEqual(before);
    editConfig({ services: undefined });
    await mustBeUp();
    expect(await kubectl("get", "namespace", orders, "--ignore-not-found", "-o", "name")).toBe("");
  }, 300_000);
});

/** What the release of orders has written to the config. */
async function released() {
  const keys = ["stableImage", "previousImage", "canaryEnabled", "canaryWeight"] as const;
  const values = await Promise.all(keys.map((key) => canaryctl("--app", "orders", "config", "get", key)));
  return Object.fromEntries(keys.map((key, index) => [key, values[index]?.stdout.trim() ?? ""]));
}

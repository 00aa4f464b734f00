import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, namespace, requireLab } from "./support/lab.ts";
import { editConfig } from "./support/stack-config.ts";
import { startSteadyLoad } from "./support/traffic.ts";

const service = {
  port: 9090,
  healthPath: "/health",
  probes: { readiness: { timeoutSeconds: 3 } },
  environment: { PORT: 9090, LATENCY_MS: "1" },
  request: { path: "/version", method: "POST" },
};

/** Of both sides. */
const containerPorts = (): Promise<string> => {
  const ports = "jsonpath={.items[*].spec.template.spec.containers[0].ports[0].containerPort}";
  return kubectl("get", "deployments", "-n", namespace, "-l", "app=versioned-echo", "-o", ports);
};

describePart("a service at another port, with an environment of its own", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack(startingPoint);
  }, 240_000);
  afterAll(() => enterStack(startingPoint), 240_000);

  test("takes the place of the one before, and no request is lost", async () => {
    const load = await startSteadyLoad();
    editConfig({ service: { ...service, request: { path: "/version" } } });
    await mustBeUp();
    const { sent, failed, errors, statuses } = await load.stop();
    expect({ failed, errors, statuses }).toEqual({ failed: 0, errors: {}, statuses: { 200: sent } });
    expect(await containerPorts()).toBe("9090 9090");
  }, 240_000);

  test("is counted by pod, whatever it answers", async () => {
    editConfig({ service }); // POST /version is no route of it: every answer is a 404
    await mustBeUp();
    const { exitCode, stdout } = await canaryctl("status", "--traffic", "500");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/500 requests .*answered, 0 failed/);
    expect(stdout).not.toContain("NOT as wanted");
  }, 240_000);
});

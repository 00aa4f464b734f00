import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { backToStart, mustBeUp, setConfig } from "./support/configure.ts";
import { canaryctl, kubectl, namespace, pulumi, requireLab } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { keepConfig } from "./support/stack-config.ts";
import { startSteadyLoad } from "./support/traffic.ts";

let restore = (): void => {};

beforeAll(async () => {
  await requireLab();
  restore = keepConfig();
  await backToStart();
}, 300_000);

afterAll(async () => {
  restore();
  await backToStart();
}, 300_000);

describe("a strategy is not changed in the middle of a canary", () => {
  const isStillIstio = async () =>
    expect(await kubectl("get", "virtualservice", "-n", namespace, "-o", "name")).toContain("virtualservice");

  test("by a preview or an update, and both say how to end the canary", async () => {
    await setConfig({ strategy: "rolling-update", canaryEnabled: true, canaryWeight: 10 });
    const commands = [() => pulumi("preview"), () => canaryctl("up")];
    for (const command of commands) {
      const refused = await command();
      expect(refusalFault(refused, /from istio to rolling-update while a canary runs/, /rollback/)).toBeUndefined();
    }
    await isStillIstio();
  }, 180_000);

  test("not even where the same change takes the canary away", async () => {
    await setConfig({ canaryEnabled: false, canaryWeight: 0 });
    expect(refusalFault(await canaryctl("up"), /while a canary runs/)).toBeUndefined();
    await isStillIstio();
  }, 60_000);

  test("nor together with its start", async () => {
    await setConfig({ strategy: "istio", canaryEnabled: false, canaryWeight: 0 });
    await mustBeUp();
    await setConfig({ strategy: "replica-ratio", canaryEnabled: true });
    expect(refusalFault(await canaryctl("up"), /together with the start of a canary/)).toBeUndefined();
    await isStillIstio();
  }, 180_000);
});

describe("without a canary a live stack changes its strategy, and no request is lost", () => {
  test.each(["rolling-update", "rollout-canary", "replica-ratio", "rollout-blue-green", "gateway-api", "istio"])(
    "to %s",
    async (strategy) => {
      await setConfig({ strategy, canaryEnabled: false, canaryWeight: 0 });
      const load = await startSteadyLoad({ rate: 300 });
      await mustBeUp();
      const { sent, failed, errors, statuses, versions } = await load.stop();
      expect({ failed, errors, statuses, versions }).toEqual({
        failed: 0,
        errors: {},
        statuses: { 200: sent },
        versions: { v1: sent },
      });
      expect(sent).toBeGreaterThan(1000);
    },
    240_000,
  );
});

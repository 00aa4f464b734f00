import { describe, expect, test } from "@jest/globals";
import { mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, namespace } from "./support/lab.ts";
import { note, phaseReached } from "./support/rollout.ts";
import { editConfig, readConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { type SteadyLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

describePart("migration", () => {
  // The controller is there before a Deployment becomes a Rollout, and stays when it becomes a Deployment again.
  withStrategy({ strategy: "rolling-update", replicas: 3, rollouts: "cluster" });

  const deploymentPods = async (): Promise<number> =>
    Number(await kubectl("get", "deployment", "versioned-echo", "-n", namespace, "-o", "jsonpath={.status.replicas}"));

  async function expectNothingLost(load: SteadyLoad): Promise<Readonly<Record<string, number>>> {
    const { failed, sent, errors, statuses, versions } = await load.stop();
    note(`${failed} of ${sent} failed`);
    expect({ failed, errors, statuses }).toEqual({ failed: 0, errors: {}, statuses: { 200: sent } });
    return versions;
  }

  function testMigration(scaleDown: string, left: number): void {
    test(`it keeps ${left} of its 3 pods, and no request is lost`, async () => {
      const load = await startSteadyLoad();
      editConfig({ strategy: "rollout-canary", migration: { scaleDown } });
      await mustBeUp();
      await phaseReached("Healthy");
      await until(`the Deployment has ${left} pods`, async () => (await deploymentPods()) === left);
      await expectNothingLost(load);
    }, 180_000);
  }

  function testWayBack(): void {
    test("it becomes a Deployment again, and no request is lost", async () => {
      const load = await startSteadyLoad();
      editConfig({ strategy: "rolling-update", migration: undefined, plan: undefined });
      await mustBeUp();
      expect(await deploymentPods()).toBe(3);
      expect(await kubectl("get", "rollout", "-n", namespace, "-o", "name")).toBe("");
      await expectNothingLost(load);
    }, 180_000);
  }

  describe.each([
    { scaleDown: "never", left: 3 },
    { scaleDown: "onsuccess", left: 0 },
  ])("a live Deployment becomes a Rollout, scaleDown $scaleDown", ({ scaleDown, left }) => {
    testMigration(scaleDown, left);
    testWayBack();
  });

  describe("a live Deployment becomes a Rollout, scaleDown progressively", () => {
    testMigration("progressively", 0);

    test("it releases as any other, and no request is lost", async () => {
      editConfig({ plan: { weights: [50], bake: "5s" } });
      const load = await startSteadyLoad();
      expect((await canaryctl("create-canary", "--image", "versioned-echo:v2", "--follow")).exitCode).toBe(0);
      expect(readConfig("stableImage")).toBe("versioned-echo:v2");
      expect((await canaryctl("rollback")).exitCode).toBe(0);
      expect((await expectNothingLost(load)).v2).toBeGreaterThan(0);
    }, 240_000);

    testWayBack();
  });
});

import { beforeAll, expect, test } from "@jest/globals";
import { describePart } from "./support/describe-part.ts";
import { expectSplit, mustSucceed } from "./support/expectations.ts";
import { canaryctl, kubectl, namespace } from "./support/lab.ts";
import { withoutRolloutsController } from "./support/obstacles.ts";
import { note, phaseReached } from "./support/rollout.ts";
import { editConfig, readConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { startSteadyLoad } from "./support/traffic.ts";

describePart("a release that is given up", () => {
  withStrategy({ strategy: "rollout-canary", plan: { steps: [{ weight: 10, pause: true }] } });

  beforeAll(async () => {
    await mustSucceed("create-canary", "--image", "versioned-echo:v2");
    expect((await phaseReached("Paused")).weight).toBe(10);
  });

  test("one that was aborted and scaled by hand comes to its end by a plain up, with the number of pods of the config", async () => {
    const load = await startSteadyLoad();
    await mustSucceed("abort");
    await kubectl("scale", "rollout", "versioned-echo", "-n", namespace, "--replicas=3");
    editConfig({ canaryEnabled: false });
    await mustSucceed("up");
    await phaseReached("Healthy");
    const pods = ["get", "rollout", "versioned-echo", "-n", namespace, "-o", "jsonpath={.spec.replicas}"];
    expect(await kubectl(...pods)).toBe("2");
    expect((await load.stop()).failed).toBe(0);
    await expectSplit(0);
    await mustSucceed("create-canary", "--image", "versioned-echo:v2");
    expect((await phaseReached("Paused")).weight).toBe(10);
  }, 240_000);

  test("without the Rollouts controller a rollback sends the traffic back, says within seconds that the release is not ended, and the next one ends it", async () => {
    const load = await startSteadyLoad();
    await withoutRolloutsController(async () => {
      const { exitCode, stderr, seconds, began } = await canaryctl("rollback");
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/All traffic is routed to the stable side.*none of its pods is ready/),
      });
      expect(stderr).toContain("npx canaryctl rollback");
      await expectSplit(0);
      const { failed, sent, lastSeen } = await load.stop();
      const back = ((lastSeen.v2 ?? 0) - began) / 1000;
      note(
        `the last answer of v2 came ${back} s after the command, which took ${seconds} s; ${failed} of ${sent} failed`,
      );
      expect(failed).toBe(0);
      expect(seconds).toBeLessThan(20);
    });
    await mustSucceed("rollback");
    expect(readConfig("canaryEnabled")).toBe("false");
    await expectSplit(0);
  }, 240_000);
});

import { describe, expect, test } from "@jest/globals";
import { start } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { canaryctl, canaryctlFile, namespace, pulumiJson } from "./support/lab.ts";
import { expectCannotStart, withFullQuota } from "./support/obstacles.ts";
import { askPrometheus, calmly } from "./support/prometheus.ts";
import { note } from "./support/rollout.ts";
import { readyPods } from "./support/side-pods.ts";
import { readConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sampleLoad, sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";
import { testWholeRelease } from "./support/whole-release.ts";

withStrategy({ strategy: "replica-ratio", replicas: 4 });

describePart("a release", () => {
  test("create-canary has no pods to spare at 0 percent", async () => {
    expect((await canaryctl("create-canary", "--image", "versioned-echo:v2")).exitCode).toBe(0);
    expect(await readyPods()).toEqual([4, 0]);
  }, 180_000);

  test("where a quota forbids the canary's pods, set-traffic tells it soon, and takes no pod of the stable side away", async () => {
    await withFullQuota(async () => expectCannotStart(await canaryctl("set-traffic", "75", "25"), /exceeded quota/));
    expect(await readyPods()).toEqual([4, 0]);
  }, 60_000);

  describe.each([
    { weight: 25, pods: [3, 1], share: 25 },
    { weight: 47, pods: [2, 2], share: 50 },
    { weight: 100, pods: [0, 4], share: 100 },
  ])("set-traffic to $weight percent", ({ weight, pods, share }) => {
    test(`makes it ${pods.join(" and ")} pods, says that this is ${share} percent, and loses no request`, async () => {
      const load = await startSteadyLoad({ rate: 300 });
      expect((await canaryctl("set-traffic", String(100 - weight), String(weight))).exitCode).toBe(0);
      expect(await readyPods()).toEqual(pods);
      const { failed, errors } = await load.stop();
      expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
      expect(await pulumiJson("stack", "output", "weights", "--json")).toEqual({ stable: 100 - share, canary: share });
    }, 180_000);

    test("and the pods have the same share of the traffic", async () => {
      // The sidecar gives the next request to the less busy of two pods, which is no coin that the exact interval could be asked of: the less
      // so the more requests there are at once.
      const { versions, sent, failed } = await sendLoad({ ...sampleLoad, rate: 400 });
      expect(failed).toBe(0);
      expect(Math.abs((100 * (versions.v2 ?? 0)) / sent - share)).toBeLessThan(5);
    }, 60_000);
  });

  test("rollback brings the stable pods back before it takes those of v2, and loses no request", async () => {
    const load = await startSteadyLoad({ rate: 300 });
    const outcome = await canaryctl("rollback");
    expect(outcome.exitCode).toBe(0);
    const { failed, errors, lastSeen } = await load.stop();
    note(`replica-ratio: last answer of v2 ${(lastSeen.v2 ?? 0) - outcome.began} ms after the rollback began`);
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(await readyPods()).toEqual([4, 0]);
    const { sent, versions } = await sendLoad(sampleLoad);
    expect(versions).toEqual({ v1: sent });
  }, 180_000);

  test("promote --judge counts by pod, and rolls a canary of 30 % errors back by itself", async () => {
    expect((await canaryctl("set-traffic", "75", "25")).exitCode).toBe(0);
    const load = await startSteadyLoad({ rate: 100 });
    const promotion = start(canaryctlFile, ["promote", "--judge"], { timeoutSeconds: 150 });
    await until("it has counted requests", () => /seen \d/.test(promotion.output()), { seconds: 30 });
    await setFaults("role=canary", { errorRate: 0.3 });
    const { exitCode, output } = await promotion.finished;
    await load.stop();
    expect(output).toMatch(/Rolled back by the judge\. The canary is worse by its errors: \d+ of \d+ requests failed/);
    expect(exitCode).toBe(3);
    expect(await readyPods()).toEqual([4, 0]);
  }, 240_000);

  test("and its alerts end with what was counted of it: a release is refused while one fires", async () => {
    if (readConfig("monitoring") !== "true") return;
    const firing = `ALERTS{alertstate="firing",app="versioned-echo",namespace="${namespace}"}`;
    await until("no alert fires", async () => (await askPrometheus(firing)).length === 0, calmly);
  }, 90_000);

  testWholeRelease(["promote"]);
});

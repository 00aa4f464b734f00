import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { enterStack, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { fullStack } from "./support/full-stack.ts";
import { canaryctl, liveWeight, pulumi, requireLab } from "./support/lab.ts";
import { askPrometheus } from "./support/prometheus.ts";
import { refusalFault } from "./support/refusal.ts";
import { readyPods } from "./support/side-pods.ts";
import { editConfig } from "./support/stack-config.ts";
import { startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/** A scrape and a preview each take some seconds. */
const calmly = { seconds: 60, everyMilliseconds: 1000 };

/** Gives the canary its first share of a new release: what was counted before the rollback is not of it. */
async function firstShare(): Promise<void> {
  expect((await canaryctl("rollback")).exitCode).toBe(0);
  expect((await canaryctl("set-traffic", "90", "10")).exitCode).toBe(0);
}

const setWeight = async (weight: number) =>
  expect((await pulumi("config", "set", "canaryWeight", String(weight))).exitCode).toBe(0);

const plainUp = () => pulumi("up", "--yes", "--skip-preview");

/** Waits until a preview, which nothing holds up, tells that the judge fails a rise. */
const previewTells = (from: number, to: number) =>
  until(
    "a preview tells that the judge fails it",
    async () => {
      const { exitCode, output } = await pulumi("preview");
      expect(exitCode).toBe(0);
      const rise = `which does not go from ${from} % to ${to} %.`;
      return output.includes(`As things are, the update is refused: The judge fails the canary, ${rise}`);
    },
    calmly,
  );

describePart("a share that the judge is asked about", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...fullStack, ...startingPoint, gate: "judge" });
  }, 1_900_000);

  afterAll(async () => {
    await setFaults("role=canary", {});
    editConfig({ gate: fullStack.gate, judgeOverride: undefined });
    await enterStack({ ...fullStack, ...startingPoint });
    // The next file's release would be held back by it.
    const burning = 'ALERTS{alertname="ErrorBudgetBurn",alertstate="firing"}';
    await until("no budget burns any more", async () => (await askPrometheus(burning)).length === 0, {
      ...calmly,
      seconds: 150,
    });
  }, 300_000);

  test("a bad canary gets no more, by numbers that are said; a preview tells it, and less is allowed", async () => {
    await firstShare();
    await setFaults("role=canary", { errorRate: 0.3 });
    const load = await startSteadyLoad({ rate: 100 });
    await setWeight(30);
    await previewTells(10, 30);
    await load.stop();
    const numbers = /Canary \d+ errors of \d+ requests, p95 \S+ ms; stable 0 errors of \d+ requests, p95 \S+ ms/;
    const fails = /The judge fails the canary, which does not go from 10 % to 30 %\. The canary is worse by its errors/;
    expect(refusalFault(await plainUp(), fails, numbers, /canaryctl watch/, /judgeOverride/)).toBeUndefined();
    expect(await liveWeight()).toBe(10);
    await setWeight(10);
    const moved = await canaryctl("set-traffic", "70", "30");
    expect(refusalFault(moved, fails, numbers, /set-traffic 70 30 --now --reason/)).toBeUndefined();
    expect(await liveWeight()).toBe(10);
    await setWeight(5);
    expect((await plainUp()).exitCode).toBe(0);
    expect(await liveWeight()).toBe(5);
  }, 240_000);

  test("a reason in the config goes past the judge, and is told for as long as it stands", async () => {
    expect((await pulumi("config", "set", "judgeOverride", "the old version leaks")).exitCode).toBe(0);
    await setWeight(30);
    const outcome = await plainUp();
    expect(outcome).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/judgeOverride stands: the old version/),
    });
    expect(await liveWeight()).toBe(30);
    expect((await canaryctl("status")).output).toMatch(/judgeOverride stands: the old version leaks/);
    expect((await canaryctl("history")).stdout).toMatch(
      /pulumi up +95\/5 +70\/30 +judge overridden: the old version leaks/,
    );
    expect((await canaryctl("config", "rm", "judgeOverride")).exitCode).toBe(0);
    expect((await canaryctl("status")).output).not.toMatch(/judgeOverride/);
  }, 120_000);

  test("a healthy canary waits for traffic enough, and gets more then", async () => {
    await setFaults("role=canary", {});
    await firstShare();
    await setWeight(30);
    const waits = await plainUp();
    expect(
      refusalFault(waits, /The judge has no verdict yet, so the canary does not go from 10 % to 30 %/),
    ).toBeUndefined();
    expect(await liveWeight()).toBe(10);
    const load = await startSteadyLoad({ rate: 100 });
    const isHeld = /As things are, the update is refused/;
    await until("the judge passes it", async () => !isHeld.test((await pulumi("preview")).output), calmly);
    const outcome = await plainUp();
    await load.stop();
    expect(outcome.exitCode).toBe(0);
    expect(await liveWeight()).toBe(30);
  }, 240_000);

  describe("where only pods split the traffic", () => {
    beforeAll(async () => {
      const quarter = { strategy: "replica-ratio", replicas: 4, canaryWeight: 25 };
      await enterStack({ ...fullStack, ...startingPoint, ...quarter, gate: "judge" });
      expect(await readyPods()).toEqual([3, 1]); // a first share is not judged
    }, 300_000);

    test("a bad canary gets no further pod, by numbers that are said; a preview tells it, and less is allowed", async () => {
      await setFaults("role=canary", { errorRate: 0.3 });
      const load = await startSteadyLoad({ rate: 100 });
      await setWeight(50);
      await previewTells(25, 50);
      await load.stop();
      const numbers = /Canary \d+ errors of \d+ requests; stable 0 errors of \d+ requests/;
      const fails =
        /The judge fails the canary, which does not go from 25 % to 50 %\. The canary is worse by its errors/;
      expect(refusalFault(await plainUp(), fails, numbers, /canaryctl watch/, /judgeOverride/)).toBeUndefined();
      await setWeight(25);
      const moved = await canaryctl("set-traffic", "50", "50");
      expect(refusalFault(moved, fails, numbers, /set-traffic 50 50 --now --reason/)).toBeUndefined();
      expect(await readyPods()).toEqual([3, 1]);
    }, 180_000);

    test("a reason goes past the judge, in the config for plain pulumi and on the command line; less asks nobody", async () => {
      expect((await pulumi("config", "set", "judgeOverride", "the old version leaks")).exitCode).toBe(0);
      await setWeight(50);
      expect((await plainUp()).exitCode).toBe(0);
      expect(await readyPods()).toEqual([2, 2]);
      expect((await canaryctl("history")).stdout).toMatch(
        /pulumi up +75\/25 +50\/50 +judge overridden: the old version leaks/,
      );
      expect((await canaryctl("config", "rm", "judgeOverride")).exitCode).toBe(0);
      await setWeight(25);
      expect((await plainUp()).exitCode).toBe(0);
      expect(await readyPods()).toEqual([3, 1]);
      expect((await canaryctl("set-traffic", "50", "50", "--now", "--reason", "it leaks more")).exitCode).toBe(0);
      expect(await readyPods()).toEqual([2, 2]);
    }, 180_000);

    test("a healthy canary waits for traffic enough, and gets more pods then", async () => {
      expect((await canaryctl("rollback")).exitCode).toBe(0);
      expect((await canaryctl("set-traffic", "75", "25")).exitCode).toBe(0);
      await setWeight(50);
      const waits = await plainUp();
      const isWaiting = /The judge has no verdict yet, so the canary does not go from 25 % to 50 %/;
      expect(refusalFault(waits, isWaiting)).toBeUndefined();
      expect(await readyPods()).toEqual([3, 1]);
      const load = await startSteadyLoad({ rate: 100 });
      const isHeld = /As things are, the update is refused/;
      await until("the judge passes it", async () => !isHeld.test((await pulumi("preview")).output), calmly);
      const outcome = await plainUp();
      const { failed } = await load.stop();
      expect({ exitCode: outcome.exitCode, failed }).toEqual({ exitCode: 0, failed: 0 });
      expect(await readyPods()).toEqual([2, 2]);
    }, 180_000);
  });
});

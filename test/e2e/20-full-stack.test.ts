import { beforeAll, describe, expect, test } from "@jest/globals";
import { labGigabytes } from "../../bench/memory.ts";
import type { Outcome } from "./support/command.ts";
import { backToStart, setConfig } from "./support/configure.ts";
import { fullStack, isFullStackReady } from "./support/full-stack.ts";
import { canaryctl, down, liveWeight, pulumi, requireLab, up } from "./support/lab.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";
import { until } from "./support/until.ts";

// The cases of the strategies, up to 50, find the lab as this one leaves it.
const untilReady = () => until("the whole stack is ready", isFullStackReady, { seconds: 240 });

beforeAll(async () => {
  await requireLab();
  await backToStart();
}, 300_000);

describe("monitoring and Rollouts", () => {
  test("are added to a live lab by its config, and no request fails of it", async () => {
    await setConfig(fullStack);
    expect((await up()).exitCode).toBe(0); // builds what no `up` needed before
    await untilReady();
    expect(await liveWeight()).toBe(10);
    expect(splitFault(await sendLoad(sampleLoad), 10)).toBeUndefined();
  }, 1_900_000);

  test("are nothing to do for the next up, which takes 5 seconds at most", async () => {
    const runs: Outcome[] = [];
    for (let run = 0; run < 3; run++) runs.push(await canaryctl("up"));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    // The quickest: the lab's own processes share two cores with what the runs before left to be done.
    expect(Math.min(...runs.map(({ seconds }) => seconds))).toBeLessThanOrEqual(5);
    expect((await pulumi("preview", "--expect-no-changes")).exitCode).toBe(0);
  }, 120_000);
});

describe("the whole stack, taken down and brought up again with its tools built", () => {
  test("is ready within 240 seconds", async () => {
    expect((await down()).exitCode).toBe(0);
    const { exitCode, began } = await up();
    expect(exitCode).toBe(0);
    await untilReady();
    expect((Date.now() - began) / 1000).toBeLessThanOrEqual(240);
  }, 600_000);

  test("takes 4 GB of memory at most", () => {
    expect(labGigabytes()).toBeLessThanOrEqual(4);
  });
});

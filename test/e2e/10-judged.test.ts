import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { sidecarSplit } from "../../stacks/live/proxies/sidecar-route.ts";
import { start } from "./support/command.ts";
import { backToStart, mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { canaryctl, canaryctlFile, liveWeight, namespace, requireLab } from "./support/lab.ts";
import { routesOf, withOwnCaller } from "./support/own-caller.ts";
import { editConfig } from "./support/stack-config.ts";
import { startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/** A busy machine answers more requests than these late, and late answers are what the judge looks at, too. */
const rate = 100;

const splitOf = (routes: string) => sidecarSplit(routes, { app: "versioned-echo", namespace });

/** Starts a promotion by the judge. */
const promoteJudged = (...flags: readonly string[]) =>
  start(canaryctlFile, ["promote", "--judge", ...flags], { timeoutSeconds: 100 });

async function newCanary(version: string): Promise<void> {
  expect((await canaryctl("rollback")).exitCode).toBe(0);
  expect((await canaryctl("create-canary", "--image", `versioned-echo:${version}`)).exitCode).toBe(0);
}

describePart("a promotion by the judge", () => {
  beforeAll(async () => {
    await requireLab();
    await backToStart();
    editConfig({ plan: { weights: [20, 50], bake: "5s" } });
    await mustBeUp();
  }, 120_000);

  afterAll(async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0); // brings the stable image of before back
    editConfig({ plan: undefined });
    await backToStart();
  }, 120_000);

  test("rolls a canary of 30 % errors back by itself, and says by which numbers", async () => {
    await newCanary("v3");
    expect((await canaryctl("set-traffic", "80", "20")).exitCode).toBe(0);
    const load = await startSteadyLoad({ rate });
    const promotion = promoteJudged();
    await until("it has counted requests", () => /seen \d/.test(promotion.output()), { seconds: 30 });
    const broken = Date.now();
    await setFaults("role=canary", { errorRate: 0.3 });
    const { exitCode, output } = await promotion.finished;
    expect(output).toMatch(
      /Rolled back by the judge\. The canary is worse by its errors: \d+ of \d+ requests failed, of stable 0 of/,
    );
    expect(exitCode).toBe(3);
    expect(await liveWeight()).toBe(0);
    const { lastSeen, failed, sent } = await load.stop();
    const seconds = ((lastSeen.v3 ?? Number.POSITIVE_INFINITY) - broken) / 1000;
    process.stderr.write(
      `the last answer of the bad canary came ${seconds.toFixed(1)} s after its first fault was set; ${failed} of ${sent} failed\n`,
    );
    expect(seconds).toBeLessThan(10); // 2.5 s is for the bench: here the faults of two pods are set one after the other
    expect((await canaryctl("history")).stdout).toMatch(
      /promote --judge .*80\/20 +100\/0 +The canary is worse by its errors/,
    );
  }, 180_000);

  test("walks a healthy canary through the plan of the command line, finishes the release, and loses no request", async () => {
    await newCanary("v4"); // new pods, without the fault
    const load = await startSteadyLoad({ rate });
    const promotion = promoteJudged("--plan", '{"weights": [30, 60], "bake": "5s"}');
    const second = until("it walks", () => /Step 1 of 3/.test(promotion.output()), { seconds: 30 }).then(() =>
      canaryctl("promote", "--judge"),
    );
    expect(await second).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/Another promotion walks this plan: that of .*process \d+/),
    });
    const { exitCode, output } = await promotion.finished;
    expect({ exitCode, output }).toMatchObject({ exitCode: 0, output: expect.stringMatching(/Promoted by the judge/) });
    expect(output).toMatch(/70\/30 -> 40\/60[\s\S]*40\/60 -> 0\/100/);
    const { failed, errors, versions } = await load.stop();
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(Object.keys(versions).toSorted()).toEqual(["v1", "v4"]);
    expect(await liveWeight()).toBe(0);
  }, 180_000);

  test("reports the release: its moves, who made them and by which verdicts", async () => {
    const { exitCode, stdout } = await canaryctl("report", "--json");
    expect(exitCode).toBe(0);
    const { outcome, moves } = JSON.parse(stdout);
    const command = expect.stringMatching(/^promote --judge --plan /);
    expect(outcome).toBe("promoted");
    expect(moves).toMatchObject([
      { share: 0, command: expect.stringMatching(/^create-canary /), judged: null },
      { share: 30, command, why: "The plan begins.", judged: null },
      { share: 60, command, judged: { verdict: "pass" } },
      { share: 100, command, judged: { verdict: "pass", numbers: { canary: { errors: 0 } } } },
    ]);
    for (const { who } of moves) expect(who).toMatch(/.@./);
    // The evidence of a step counts in the steps after it.
    expect(moves[3].judged.numbers.canary.requests).toBeGreaterThan(moves[2].judged.numbers.canary.requests);

    const folder = mkdtempSync(join(tmpdir(), "canary-lab-report-"));
    try {
      const file = join(folder, "release.html");
      const written = await canaryctl("report", "--output", file);
      expect(written).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(`^promoted; 4 moves, .*${file}`) });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, "utf8")).toContain(moves[3].judged.reason);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test("reports the release before that one, too, with the numbers that failed it", async () => {
    const { moves } = JSON.parse((await canaryctl("report", "--json", "--since", "1h")).stdout);
    const back = moves.findLast(({ judged }: { judged: { verdict: string } | null }) => judged?.verdict === "fail");
    expect(back).toMatchObject({ share: 0, command: "promote --judge", from: "80/20", to: "100/0" });
    const { tests, canary } = back.judged.numbers;
    expect(canary.errors).toBeGreaterThan(0);
    expect(tests[0]).toMatchObject({ speaker: "errors", mayFail: true });
    expect(tests[0].evidence).toBeGreaterThanOrEqual(tests[0].bound);
  }, 60_000);

  test("counts a caller of the user's own, whose pod has a sidecar and no annotation, and its proxy is waited for", async () => {
    await newCanary("v5");
    await withOwnCaller(async (caller) => {
      const moved = await canaryctl("set-traffic", "80", "20");
      expect(moved.exitCode).toBe(0);
      expect(splitOf(await routesOf(caller))).toEqual({ stable: 80, canary: 20 });
      const promotion = promoteJudged();
      await until("it has counted requests", () => /seen \d/.test(promotion.output()), { seconds: 30 });
      await setFaults("role=canary", { errorRate: 0.3 });
      expect(await promotion.finished).toMatchObject({
        exitCode: 3,
        output: expect.stringMatching(/Rolled back by the judge\. The canary is worse by its errors/),
      });
    });
    expect((await canaryctl("delete-canary")).exitCode).toBe(0); // the release before this one is what is taken back then
  }, 180_000);
});

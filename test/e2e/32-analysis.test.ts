import { expect, test } from "@jest/globals";
import { start } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { fullStack } from "./support/full-stack.ts";
import { canaryctl, canaryctlFile } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { liveRollout, note, phaseReached } from "./support/rollout.ts";
import { withStrategy } from "./support/strategy.ts";
import { sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

describePart("analysis", () => {
  withStrategy({
    strategy: "rollout-canary",
    plan: { weights: [30], bake: "15s" },
    ...fullStack,
    analysis: "both",
  });

  test("a canary that answers 30 % errors is aborted by its analysis, and who follows it is told why", async () => {
    const load = await startSteadyLoad();
    const args = ["create-canary", "--image", "versioned-echo:v2", "--follow"];
    const release = start(canaryctlFile, args, { timeoutSeconds: 180 });
    await until("the canary's pods have their fault", () => setFaults("role=canary", { errorRate: 0.3 }), {
      seconds: 60,
      everyMilliseconds: 250,
    });
    const { exitCode, output, began, seconds } = await release.finished;
    const { lastSeen, versions } = await load.stop();

    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/error-ratio/);
    expect(output).toMatch(/canaryctl retry/);
    expect(versions.v2).toBeGreaterThan(0);
    const { abortedAt = "" } = (await liveRollout()).status ?? {};
    const aborted = Date.parse(abortedAt);
    note(`aborted ${(aborted - began) / 1000} s after the command, which ended after ${seconds} s`);
    // Kubernetes writes whole seconds: up to one is the clock's.
    expect((lastSeen.v2 ?? 0) - aborted).toBeLessThan(3000);
    note(`last answer of v2 ${((lastSeen.v2 ?? 0) - aborted) / 1000} s after the abort`);
    expect((await sendLoad({ requests: 1000, rate: 400 })).versions).toEqual({ v1: 1000 });
  }, 300_000);

  test("what was judged bad goes to no other stack", async () => {
    const refused = await canaryctl("stack", "promote", "dev", "staging");
    const judged = /judged bad by its (step|background) analysis, and aborted: .*error-ratio/;
    expect(refusalFault(refused, judged, /--stack dev rollback/)).toBeUndefined();
  }, 30_000);

  test("the next up says it again, for the release is still wanted", async () => {
    const { exitCode, output } = await canaryctl("up");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/aborted/i);
  }, 120_000);

  test("one that nobody calls gets no verdict: who watches is told instead of waiting on, and a promotion leaves the analysis behind", async () => {
    await setFaults("version=v2", {}); // pods of the aborted release may still be there, and are used again
    expect((await canaryctl("retry")).exitCode).toBe(0);
    const { exitCode, output, seconds } = await canaryctl("status", "--watch");
    expect(exitCode).toBe(0);
    expect(output).toMatch(/analysis came to no verdict[\s\S]*canaryctl promote/);
    note(`no verdict, said after ${seconds} s`);
    expect((await canaryctl("promote")).exitCode).toBe(0);
    await phaseReached("Healthy");
    expect((await sendLoad({ requests: 200, rate: 200 })).versions).toEqual({ v2: 200 });
  }, 240_000);

  test("a healthy one goes through, and no request is lost", async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    const load = await startSteadyLoad();
    const outcome = await canaryctl("create-canary", "--image", "versioned-echo:v2", "--follow");
    expect(outcome.exitCode).toBe(0);
    const { analyses } = await phaseReached("Healthy");
    note(`healthy after ${outcome.seconds} s; ${analyses.map(({ kind, phase }) => `${kind} ${phase}`).join(", ")}`);
    const { failed, sent, versions } = await load.stop();
    note(`${failed} of ${sent} failed`);
    expect(failed).toBe(0);
    expect(versions.v2).toBeGreaterThan(0);
    expect((await sendLoad({ requests: 1000, rate: 400 })).versions).toEqual({ v2: 1000 });
  }, 240_000);

  test("a rollback brings the stable version back", async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    expect((await sendLoad({ requests: 1000, rate: 400 })).versions).toEqual({ v1: 1000 });
  }, 180_000);
});

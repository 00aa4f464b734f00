import { expect, test } from "@jest/globals";
import type { AnalysisRunObject } from "../../canary/rollout/rollout-object.ts";
import { start } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { fullStack } from "./support/full-stack.ts";
import { canaryctl, canaryctlFile, kubectl, namespace } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { liveRollout, note, phaseReached } from "./support/rollout.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/** What the judge says of a canary that fails, with its numbers. */
const worse = /The canary is worse by its errors: \d+ of \d+ requests failed, of stable \d+ of \d+[^.]*/;

/** What the analyses of the application have measured, as the provider wrote it. */
async function measured(): Promise<readonly string[]> {
  const { items }: { items: readonly AnalysisRunObject[] } = JSON.parse(
    await kubectl("get", "analysisruns", "-n", namespace, "-o", "json"),
  );
  const results = items.flatMap(({ status }) => status?.metricResults ?? []);
  return results.flatMap(({ measurements = [] }) => measurements.flatMap(({ value }) => value ?? []));
}

/** Prints what the only process of a container has of its own, and with the pages of its program. */
const printMemory =
  'console.log(require("fs").readFileSync("/proc/1/status", "utf8").match(/^(VmHWM|VmRSS|RssAnon):.*/gm).join(", "))';

describePart("analysis", () => {
  withStrategy({
    strategy: "rollout-canary",
    plan: { weights: [30], bake: "15s" },
    ...fullStack,
    analysis: "both",
  });

  /** Begins a release whose pods answer 30 % errors, under load, and follows it to its end. */
  async function badRelease() {
    const load = await startSteadyLoad();
    const args = ["create-canary", "--image", "versioned-echo:v2", "--follow"];
    const release = start(canaryctlFile, args, { timeoutSeconds: 180 });
    await until("the canary's pods have their fault", () => setFaults("role=canary", { errorRate: 0.3 }), {
      seconds: 60,
      everyMilliseconds: 250,
    });
    return { outcome: await release.finished, answers: await load.stop() };
  }

  test("its judge is another pod beside the application, without a sidecar", async () => {
    const labels = "app=versioned-echo-judge";
    const containers = "jsonpath={.items[*].spec.containers[*].name}";
    expect(await kubectl("get", "pods", "-n", namespace, "-l", labels, "-o", containers)).toBe("judge");
  });

  test("a canary that answers 30 % errors is aborted by the judge, and who follows it is told why", async () => {
    const { outcome, answers } = await badRelease();
    const { exitCode, output, began, seconds } = outcome;
    const { lastSeen, versions } = answers;
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(worse);
    note(`by the judge: ${worse.exec(output)?.[0]}`);
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
    const judged = /judged bad by its (step|background) analysis, and aborted: .*"verdict"/;
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
    await phaseReached("Healthy");
    const answers = (await measured()).filter((value) => value.includes("good enough"));
    expect(answers).not.toEqual([]);
    note(`healthy after ${outcome.seconds} s; ${answers.at(-1)}`);
    const judge = ["-n", namespace, "deployment/versioned-echo-judge"];
    note(`the judge: ${await kubectl("exec", ...judge, "--", "node", "-e", printMemory)}`);
    const { failed, sent, versions } = await load.stop();
    note(`${failed} of ${sent} failed`);
    expect(failed).toBe(0);
    expect(versions.v2).toBeGreaterThan(0);
    expect((await sendLoad({ requests: 1000, rate: 400 })).versions).toEqual({ v2: 1000 });
  }, 240_000);

  test("by the plain rule a bad one is aborted, too", async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    editConfig({ analysisBy: "objective" });
    const { outcome } = await badRelease();
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.output).toMatch(/error-ratio/);
    note(`aborted by the plain rule, ${outcome.seconds} s after the command`);
  }, 300_000);

  test("a rollback brings the stable version back", async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    expect((await sendLoad({ requests: 1000, rate: 400 })).versions).toEqual({ v1: 1000 });
  }, 180_000);
});

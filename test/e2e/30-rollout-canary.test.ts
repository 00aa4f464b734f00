import { beforeAll, describe, expect, test } from "@jest/globals";
import { autoscaleByHand, withoutAutoscaler } from "./support/autoscaler.ts";
import { start } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { expectSplit, mustSucceed } from "./support/expectations.ts";
import { canaryctl, canaryctlFile, kubectl, liveWeight, namespace, pulumi } from "./support/lab.ts";
import { expectCannotStart, withFullQuota } from "./support/obstacles.ts";
import { refusalFault } from "./support/refusal.ts";
import { note, phaseReached } from "./support/rollout.ts";
import { editConfig, readConfig, type StackValues } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { type SteadyLoad, sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";
import { testReleaseEnd } from "./support/whole-release.ts";

const byHand = (weight: number) => ({ weight, pause: true });

const plan = { steps: [byHand(10), byHand(30), byHand(60)] };

withStrategy({ strategy: "rollout-canary", plan });

/** Who asks for the canary. */
const targeted = { "X-Canary": "v2" };

describePart("what is in the way of a release", () => {
  test("a release whose pods a quota forbids is told soon, and a rollback ends it", async () => {
    await withFullQuota(async () => {
      expectCannotStart(await canaryctl("create-canary", "--image", "versioned-echo:v2"), /exceeded quota/);
      await mustSucceed("rollback");
    });
  }, 120_000);
});

test("a release begins with the plan's first weight, and waits there for a promotion", async () => {
  const [load, asking] = [await startSteadyLoad(), await startSteadyLoad({ rate: 50, headers: targeted })];
  await mustSucceed("create-canary", "--image", "versioned-echo:v2");
  expect((await phaseReached("Paused")).weight).toBe(10);
  expect((await load.stop()).failed).toBe(0);
  const { failed, versions, lastSeen } = await asking.stop();
  expect(failed).toBe(0);
  expect(versions.v1).toBeGreaterThan(0); // the header means nothing before there is a canary
  expect(lastSeen.v2).toBeGreaterThan(lastSeen.v1 ?? Number.POSITIVE_INFINITY);
  await expectSplit(10);
}, 120_000);

test("the header reaches the canary at any weight", async () => {
  expect((await sendLoad({ requests: 500, rate: 400, headers: targeted })).versions).toEqual({ v2: 500 });
}, 60_000);

test("set-traffic is refused: the controller owns the weights", async () => {
  expect(refusalFault(await canaryctl("set-traffic", "50", "50"), /rollout-canary/)).toBeUndefined();
}, 60_000);

test("a promotion goes to the next weight", async () => {
  await mustSucceed("promote");
  expect((await phaseReached("Paused")).weight).toBe(30);
  await expectSplit(30);
}, 60_000);

/** Sets the values and runs plain `pulumi up`, as a user without canaryctl does, then takes the values back. */
async function mustRefuse(values: StackValues, before: StackValues, cause: RegExp, next: RegExp): Promise<void> {
  editConfig(values);
  const refused = await pulumi("up", "--yes", "--skip-preview");
  expect(refusalFault(refused, cause, next)).toBeUndefined();
  editConfig(before);
}

const otherSteps = { plan: { steps: [byHand(50)] } };

describePart("the middle of a release", () => {
  test("what the controller writes is no drift: a refresh changes nothing, and an update leaves the weights alone", async () => {
    expect((await pulumi("refresh", "--yes", "--suppress-outputs")).exitCode).toBe(0);
    expect((await pulumi("preview", "--expect-no-changes", "--diff", "--suppress-outputs")).exitCode).toBe(0);
    expect((await pulumi("up", "--yes", "--skip-preview", "--suppress-outputs")).exitCode).toBe(0);
    await expectSplit(30);
  }, 120_000);

  test("in the middle of a canary, up takes the number of pods back from kubectl scale, and leaves the weights to the controller", async () => {
    // The commands after this find it there, and the number that it has written.
    await autoscaleByHand({ apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "versioned-echo" }, 3);
    await kubectl("scale", "rollout", "versioned-echo", "-n", namespace, "--replicas=3");
    const outcome = await canaryctl("up");
    expect(outcome.exitCode).toBe(0);
    const drift = outcome.stderr.split("\n").filter((line) => line.includes("Drift:"));
    expect(drift).toEqual([
      expect.stringMatching(/Rollout canary-lab\/versioned-echo: spec\.replicas is 3, and was 2/),
    ]);
    await expectSplit(30);
  }, 120_000);

  test("another image and other steps are refused in the middle of a canary, and the split stays", async () => {
    const [other, same] = [{ canaryImage: "versioned-echo:v3" }, { canaryImage: undefined }];
    await mustRefuse(other, same, /Another release is under way: Paused/, /promote --full/);
    await mustRefuse(otherSteps, { plan }, /Other steps would make the release/, /promote --full/);
    await expectSplit(30);
  }, 120_000);

  test("an autoscaler made by hand, as a hand itself, writes the number of pods and nothing else", async () => {
    const pods = ["get", "rollout", "versioned-echo", "-n", namespace, "-o", "jsonpath={.spec.replicas}"];
    await until("it has scaled", async () => (await kubectl(...pods)) === "3");
    const outcome = await canaryctl("up");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toMatch(/Rollout canary-lab\/versioned-echo: spec\.replicas is 3, and was 2/);
    expect((await phaseReached("Paused")).weight).toBe(30);
    await expectSplit(30);
  }, 120_000);
});

test("after an abort no request reaches the canary within 2 s, and none is lost", async () => {
  const [load, asking] = [await startSteadyLoad(), await startSteadyLoad({ rate: 50, headers: targeted })];
  // A slow machine shows in the start of a command under that load, which takes a tenth of the time on a quick one.
  const most = Math.max(2, 10 * (await canaryctl("--help")).seconds);
  const { exitCode, began } = await canaryctl("abort");
  expect(exitCode).toBe(0);
  // Meanwhile answers of v2 would come; with other steps the controller would begin again, without a retry.
  await mustRefuse(otherSteps, { plan }, /Other steps would make the release/, /rollback/);
  expect((await sendLoad({ requests: 300, rate: 300, headers: targeted })).versions).toEqual({ v1: 300 });
  const { failed, sent, lastSeen } = await load.stop();
  const seconds = ((lastSeen.v2 ?? 0) - began) / 1000;
  note(`the last answer of v2 came ${seconds} s after the command; ${failed} of ${sent} failed`);
  expect(seconds).toBeLessThan(most);
  expect(failed).toBe(0);
  const asked = await asking.stop();
  expect(asked.failed).toBe(0);
  expect(((asked.lastSeen.v2 ?? 0) - began) / 1000).toBeLessThan(most);
  await expectSplit(0);
}, 120_000);

test("a retry begins again at the first weight", async () => {
  const load = await startSteadyLoad();
  await mustSucceed("retry");
  expect((await phaseReached("Paused")).weight).toBe(10);
  expect((await load.stop()).failed).toBe(0);
  await expectSplit(10);
}, 120_000);

describe("for those who ask for the canary as well", () => {
  let asking: SteadyLoad;

  beforeAll(async () => {
    await withoutAutoscaler();
    asking = await startSteadyLoad({ rate: 50, headers: targeted });
  });

  testReleaseEnd("promotions to its end", ["promote"], ["promote"]);

  test("none of their requests is lost", async () => {
    const { failed, versions } = await asking.stop();
    expect(failed).toBe(0);
    expect(versions.v2).toBeGreaterThan(0);
  });
});

/** How many requests a canary pod has answered, the copies too, as it counts them itself; 0 while there is none. */
async function answeredByCanary(): Promise<number> {
  const read = "fetch('http://versioned-echo-canary/metrics').then((answer) => answer.text()).then(console.log)";
  const client = ["-n", namespace, "deployment/versioned-echo-client", "-c", "client"];
  const metrics = await kubectl("exec", ...client, "--", "node", "-e", read);
  const counts = metrics.matchAll(/^http_requests_total\{(?=.*route="\/")(?=.*version="v2").*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

describePart("other ways of a release", () => {
  describe("a release that goes on by itself", () => {
    beforeAll(() =>
      editConfig({ plan: { weights: [50], bake: "8s" }, rolloutCanary: { mirrorPercent: 50, experiment: true } }),
    );

    test("is rehearsed by copies of requests and by an experiment, needs nobody who follows it, and loses no request", async () => {
      const load = await startSteadyLoad();
      const args = ["create-canary", "--image", "versioned-echo:v2", "--follow"];
      const release = start(canaryctlFile, args, { timeoutSeconds: 180 });
      await until("the canary answers copies", async () => (await answeredByCanary()) > 100);
      expect(await liveWeight()).toBe(0);
      await until("it is followed", () => /Z 100\/0; /.test(release.output()));
      process.kill(release.pid, "SIGINT");
      const followed = await release.finished;
      expect(followed.exitCode).toBe(130);
      expect(followed.output).toMatch(/the release goes on/);

      const watch = start(canaryctlFile, ["status", "--watch"], { timeoutSeconds: 180 });
      const sides = ["baseline", "candidate"] as const;
      const versionOf = async (side: string) =>
        (await sendLoad({ url: `http://versioned-echo-${side}:8080/`, requests: 20, rate: 100 })).versions;
      await until("both sides of the experiment answer", async () => {
        const [baseline, candidate] = await Promise.all(sides.map(versionOf));
        return baseline?.v1 === 20 && candidate?.v2 === 20;
      });
      const up = await canaryctl("up"); // no lock is in its way
      expect(up.exitCode).toBe(0);
      expect(up.stderr).toMatch(/the release goes on by itself/);
      note(`up beside a release took ${up.seconds} s`);
      expect((await watch.finished).exitCode).toBe(0);
      expect(watch.output()).toMatch(/Z 50\/50; .*\n[\s\S]*Z 0\/100; .*Healthy.*a canary still/);
      const { failed, sent } = await load.stop();
      note(`${failed} of ${sent} failed`);
      expect(failed).toBe(0);
    }, 240_000);

    test("is written to the config by the next up, and a rollback takes it back", async () => {
      await mustSucceed("up");
      expect(readConfig("stableImage")).toBe("versioned-echo:v2");
      expect(readConfig("canaryEnabled")).toBe("false");
      const load = await startSteadyLoad();
      await mustSucceed("rollback");
      expect((await load.stop()).failed).toBe(0);
      expect(readConfig("stableImage")).toBe("versioned-echo:v1");
      expect((await sendLoad({ requests: 300, rate: 300 })).versions).toEqual({ v1: 300 });
    }, 180_000);
  });
});

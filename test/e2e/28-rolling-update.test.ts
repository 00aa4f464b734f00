import { expect, test } from "@jest/globals";
import { start } from "./support/command.ts";
import { mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, canaryctlFile, kubectl, labShell, namespace } from "./support/lab.ts";
import { expectCannotStart } from "./support/obstacles.ts";
import { refusalFault } from "./support/refusal.ts";
import { note } from "./support/rollout.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";
import { testWholeRelease } from "./support/whole-release.ts";

withStrategy({ strategy: "rolling-update", replicas: 3 });

const deployment = async (path: string): Promise<string> =>
  kubectl("get", "deployment", "versioned-echo", "-n", namespace, "-o", `jsonpath={${path}}`);

/** For a while both versions answer: that is what a rolling update is. */
const bothAnswer = async () => {
  const { v1, v2 } = (await sendLoad({ requests: 50, rate: 300 })).versions;
  return v1 !== undefined && v2 !== undefined;
};

const versionsNow = async () => (await sendLoad({ requests: 300, rate: 300 })).versions;

test("one Deployment answers, by the defaults with one pod more and none less while it is updated", async () => {
  expect(await versionsNow()).toEqual({ v1: 300 });
  expect(JSON.parse(await deployment(".spec.strategy.rollingUpdate"))).toEqual({ maxSurge: 1, maxUnavailable: 0 });
}, 60_000);

test("set-traffic is refused: nothing weighs the traffic here", async () => {
  const outcome = await canaryctl("set-traffic", "90", "10");
  expect(outcome.exitCode).not.toBe(0);
  expect(outcome.output).toMatch(/rolling-update/);
}, 60_000);

describePart("a release", () => {
  testWholeRelease();

  test("undo in the middle of a slow one turns its pods back at once, and loses no request", async () => {
    // Each of three pods has to be ready for so long before the next is replaced: by itself v2 would answer for half a minute.
    editConfig({ rollingUpdate: { minReadySeconds: 10 } });
    await mustBeUp();
    const load = await startSteadyLoad({ rate: 300 });
    const release = start(canaryctlFile, ["create-canary", "--image", "versioned-echo:v2"], { timeoutSeconds: 300 });
    await until("both versions answer", bothAnswer, { seconds: 120 });
    const outcome = await canaryctl("undo");
    expect(outcome.exitCode).toBe(0);
    expect(refusalFault(await release.finished, /Another command/, /canaryctl status/)).toBeUndefined();
    const { failed, errors, lastSeen } = await load.stop();
    const milliseconds = (lastSeen.v2 ?? Number.POSITIVE_INFINITY) - outcome.began;
    note(`rolling-update: last answer of v2 ${milliseconds} ms after undo in the middle began`);
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(milliseconds).toBeLessThan(10_000);
    expect(await versionsNow()).toEqual({ v1: 300 });

    // What was done behind the engine's back is what it would have done: it finds nothing to change.
    const generation = await deployment(".metadata.generation");
    await mustBeUp();
    expect(await deployment(".metadata.generation")).toBe(generation);
  }, 420_000);

  test("an image that cannot be pulled is told soon, and undo needs none of its pods", async () => {
    const { CANARY_LAB_IMAGE_REGISTRY: registry = "" } = await labShell();
    const absent = await canaryctl("create-canary", "--image", `${registry}/versioned-echo:absent`);
    expectCannotStart(absent, /versioned-echo:absent/);
    expect((await canaryctl("undo")).exitCode).toBe(0);
    expect(await versionsNow()).toEqual({ v1: 300 });
  }, 120_000);

  test("surge and unavailability are taken as percentages, too", async () => {
    editConfig({ rollingUpdate: { maxSurge: "50%", maxUnavailable: "25%", revisionHistoryLimit: 2 } });
    await mustBeUp();
    expect(JSON.parse(await deployment(".spec.strategy.rollingUpdate"))).toEqual({
      maxSurge: "50%",
      maxUnavailable: "25%",
    });
    expect(await deployment(".spec.revisionHistoryLimit")).toBe("2");
  }, 120_000);
});

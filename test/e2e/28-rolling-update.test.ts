import { expect, test } from "@jest/globals";
import { start } from "./support/command.ts";
import { mustBeUp } from "./support/configure.ts";
import { canaryctl, canaryctlFile, kubectl, labShell, namespace } from "./support/lab.ts";
import { expectCannotStart } from "./support/obstacles.ts";
import { refusalFault } from "./support/refusal.ts";
import { note } from "./support/rollout.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

withStrategy({ strategy: "rolling-update", replicas: 3 });

const deployment = async (path: string): Promise<string> =>
  kubectl("get", "deployment", "versioned-echo", "-n", namespace, "-o", `jsonpath={${path}}`);

const versionsNow = async () => (await sendLoad({ requests: 300, rate: 300 })).versions;

test("one Deployment answers, by the defaults with one pod more and none less while it is updated", async () => {
  expect(await versionsNow()).toEqual({ v1: 300 });
  expect(JSON.parse(await deployment(".spec.strategy.rollingUpdate"))).toEqual({ maxSurge: 1, maxUnavailable: 0 });
}, 60_000);

test("create-canary replaces pod by pod, and loses no request", async () => {
  const load = await startSteadyLoad({ rate: 300 });
  expect((await canaryctl("create-canary", "--image", "versioned-echo:v2")).exitCode).toBe(0);
  const { failed, errors, firstSeen, lastSeen } = await load.stop();
  expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  // Both versions answered for a while: that is what a rolling update is.
  expect(lastSeen.v1).toBeGreaterThan(firstSeen.v2 ?? Number.POSITIVE_INFINITY);
  expect(await versionsNow()).toEqual({ v2: 300 });
}, 240_000);

test("set-traffic is refused: nothing weighs the traffic here", async () => {
  const outcome = await canaryctl("set-traffic", "90", "10");
  expect(outcome.exitCode).not.toBe(0);
  expect(outcome.output).toMatch(/rolling-update/);
}, 60_000);

test("undo goes back to the revision before, and loses no request", async () => {
  const load = await startSteadyLoad({ rate: 300 });
  const outcome = await canaryctl("undo");
  expect(outcome.exitCode).toBe(0);
  const { failed, errors, lastSeen } = await load.stop();
  note(`rolling-update: last answer of v2 ${(lastSeen.v2 ?? 0) - outcome.began} ms after undo began`);
  expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
  expect(await versionsNow()).toEqual({ v1: 300 });
  expect(await deployment(".spec.template.metadata.labels.version")).toBe("v1");
}, 240_000);

test("rollback in the middle of a slow one turns its pods back at once, and loses no request", async () => {
  // Each of three pods has to be ready for so long before the next is replaced: by itself v2 would answer for a minute and more.
  editConfig({ rollingUpdate: { minReadySeconds: 20 } });
  await mustBeUp();
  const load = await startSteadyLoad({ rate: 300 });
  const release = start(canaryctlFile, ["create-canary", "--image", "versioned-echo:v2"], { timeoutSeconds: 300 });
  await until("v2 answers", async () => (await sendLoad({ requests: 50, rate: 300 })).versions.v2, { seconds: 120 });
  const outcome = await canaryctl("rollback");
  expect(outcome.exitCode).toBe(0);
  expect(refusalFault(await release.finished, /Another command/, /canaryctl status/)).toBeUndefined();
  const { failed, errors, lastSeen } = await load.stop();
  const milliseconds = (lastSeen.v2 ?? Number.POSITIVE_INFINITY) - outcome.began;
  note(`rolling-update: last answer of v2 ${milliseconds} ms after a rollback in the middle began`);
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

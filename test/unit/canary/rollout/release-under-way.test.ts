import { describe, expect, test } from "@jest/globals";
import { hasBegun, readRollout } from "../../../../canary/rollout/rollout-status.ts";
import { blueGreen, canary, observed, type Status } from "./made-rollouts.ts";
import { recordedBlueGreen } from "./recorded-blue-green.ts";
import { recordedCanary } from "./recorded-canary.ts";

describe("a release is under way", () => {
  test.each<[keyof typeof recordedBlueGreen, boolean]>([
    ["newSpec", false],
    ["starting", false],
    ["cutover", false],
    ["paused", true],
    ["healthy", false],
    ["aborted", false],
  ])("a blue-green that is %s: %s", (moment, isTrue) => {
    expect(hasBegun(readRollout(recordedBlueGreen[moment]))).toBe(isTrue);
  });

  test.each<[keyof typeof recordedCanary, boolean]>([
    ["newSpec", false],
    ["starting", false],
    ["paused", true],
    ["pausedAgain", true],
  ])("a canary that is %s: %s", (moment, isTrue) => {
    expect(hasBegun(readRollout(recordedCanary[moment]))).toBe(isTrue);
  });

  const begun = { ...observed, phase: "Progressing" };
  test.each<[string, Status, boolean]>([
    ["at a pause with a time", { ...begun, currentStepIndex: 3 }, true],
    ["at a weight whose pods are not ready", { ...begun, currentStepIndex: 0 }, false],
    ["of the first revision", { ...begun, stableRS: "", currentStepIndex: 3 }, false],
    ["that somebody has aborted", { ...begun, currentStepIndex: 3, abort: true, phase: "Degraded" }, false],
    ["of a spec that nobody has looked at", { ...begun, currentStepIndex: 3, observedGeneration: "2" }, false],
  ])("%s: it is %s", (_case, status, isTrue) => {
    expect(hasBegun(readRollout(canary(status)))).toBe(isTrue);
  });

  test("of colours that are analysed", () => {
    const run = { name: "run", status: "Running" };
    const status = { ...observed, phase: "Progressing", blueGreen: { prePromotionAnalysisRunStatus: run } };
    expect(hasBegun(readRollout(blueGreen(status)))).toBe(true);
    expect(hasBegun(readRollout(blueGreen({ ...status, blueGreen: {} })))).toBe(false);
  });
});

import { describe, expect, test } from "@jest/globals";
import { durationSeconds, readRollout } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutFault, rolloutLine, rolloutWait } from "../../../../canary/rollout/rollout-words.ts";
import { blueGreen, canary, observed, type Status } from "./made-rollouts.ts";
import { recordedBlueGreen } from "./recorded-blue-green.ts";
import { recordedCanary } from "./recorded-canary.ts";

test.each<[keyof typeof recordedBlueGreen, string]>([
  ["newSpec", "Progressing, waiting for the controller to see the new spec"],
  ["starting", "Progressing, 0 % on the new revision, 0 of 2 new pods ready, more replicas need to be updated"],
  ["cutover", "Progressing, 0 % on the new revision, active service cutover pending"],
  ["paused", "Paused, 0 % on the new revision"],
  ["toldToPromote", "Progressing, waiting for the controller to go on"],
  ["healthy", "Healthy: all requests are on the revision that was asked for, 2 of 2 new pods ready"],
  ["toldToAbort", "Progressing, waiting for the controller to abort"],
  ["aborted", "Aborted, 0 % on the new revision"],
  ["toldToRetry", "Progressing, waiting for the controller to try again"],
  ["retried", "Progressing, 0 % on the new revision, 0 of 2 new pods ready, more replicas need to be updated"],
])("a recorded blue-green that is %s reads as it should", (moment, line) => {
  const status = readRollout(recordedBlueGreen[moment]);
  expect(rolloutLine(status)).toBe(line);
  expect(status.isWaitingForUser).toBe(moment === "paused");
  expect(status.isFullyPromoted).toBe(moment === "healthy");
});

test.each<[keyof typeof recordedCanary, string]>([
  ["newSpec", "Progressing, waiting for the controller to see the new spec"],
  [
    "starting",
    "Progressing at step 3 of 9 (weight 10 %), 0 % on the new revision, 1 of 2 new pods ready, more replicas need to be updated",
  ],
  ["paused", "Paused at step 5 of 9 (pause), 10 % on the new revision, 1 of 2 new pods ready"],
  ["pausedAgain", "Paused at step 7 of 9 (pause), 30 % on the new revision, 1 of 2 new pods ready"],
  ["toldToAbort", "Progressing, waiting for the controller to abort"],
  ["aborted", "Aborted, 0 % on the new revision, 1 of 2 new pods ready"],
  ["toldToRetry", "Progressing, waiting for the controller to try again"],
  [
    "lastSteps",
    "Progressing at step 8 of 9 (weight 60 %), 30 % on the new revision, waiting for all steps to complete",
  ],
  ["healthy", "Healthy: all requests are on the revision that was asked for, 2 of 2 new pods ready"],
])("a recorded canary that is %s reads as it should", (moment, line) => {
  expect(rolloutLine(readRollout(recordedCanary[moment]))).toBe(line);
});

describe("the phase is about the spec as it is now", () => {
  test("a Rollout that no controller has looked at is Progressing", () => {
    expect(readRollout(canary(undefined))).toMatchObject({ phase: "Progressing", isObserved: false });
  });

  test.each(["2", "4"])("what the controller said of generation %s does not count", (observedGeneration) => {
    const status = readRollout(canary({ ...observed, observedGeneration, phase: "Healthy" }));
    expect(status).toMatchObject({ phase: "Progressing", isObserved: false });
  });

  test("a promoted Rollout is not Paused any more, although the controller has yet to see it", () => {
    const status = readRollout(canary({ ...observed, phase: "Paused", controllerPause: true }));
    expect(status).toMatchObject({ phase: "Progressing", isObserved: false, isWaitingForUser: false });
  });

  test("with workloadRef the Deployment's generation counts as well", () => {
    const read = (noted: string, seen: string, deployment?: number) =>
      readRollout(
        {
          ...canary(
            { ...observed, phase: "Healthy", workloadObservedGeneration: seen },
            { strategy: { canary: {} }, workloadRef: { name: "versioned-echo" } },
          ),
          metadata: {
            name: "versioned-echo",
            generation: 3,
            annotations: { "rollout.argoproj.io/workload-generation": noted },
          },
        },
        deployment === undefined ? {} : { workloadGeneration: deployment },
      ).phase;
    expect(read("5", "5")).toBe("Healthy");
    expect(read("5", "4")).toBe("Progressing");
    expect(read("5", "5", 5)).toBe("Healthy");
    expect(read("5", "5", 6)).toBe("Progressing"); // the controller has not even noted that there is something new
  });
});

describe("a pause", () => {
  const paused = (step: number, reason = "CanaryPauseStep"): Status => ({
    ...observed,
    phase: "Paused",
    message: reason,
    controllerPause: true,
    pauseConditions: [{ reason }],
    currentStepIndex: step,
  });

  test("without a duration waits for somebody", () => {
    expect(readRollout(canary(paused(1)))).toMatchObject({
      phase: "Paused",
      pause: { reason: "CanaryPauseStep" },
      isWaitingForUser: true,
      step: 1,
      steps: 5,
      stepText: "pause",
      weight: 10,
    });
  });

  test("with a duration ends by itself", () => {
    expect(readRollout(canary(paused(3)))).toMatchObject({
      pause: { reason: "CanaryPauseStep", seconds: 60 },
      isWaitingForUser: false,
      stepText: "pause 1m",
      weight: 30,
    });
  });

  test("with a duration still waits for somebody where its analysis came to no verdict", () => {
    expect(readRollout(canary(paused(3, "InconclusiveAnalysisRun"))).isWaitingForUser).toBe(true);
  });

  test("says so of an analysis without a verdict, and what a preview needs for one", () => {
    const run = { name: "run-2", status: "Inconclusive", message: "too few" };
    const status = paused(1, "InconclusiveAnalysisRun");
    const step = canary({ ...status, canary: { currentStepAnalysisRunStatus: run } });
    expect(rolloutWait(readRollout(step))).toBe("its analysis came to no verdict: too few");
    const preview = blueGreen(
      { ...status, blueGreen: { prePromotionAnalysisRunStatus: run } },
      { autoPromotionSeconds: 10 },
    );
    expect(rolloutWait(readRollout(preview))).toMatch(/no verdict: too few; send requests to the preview/);
  });

  test("is over where a step's analysis was left behind, although the controller has yet to see it", () => {
    const left = canary({ ...paused(2, "InconclusiveAnalysisRun"), controllerPause: false, pauseConditions: [] });
    expect(readRollout(left)).toMatchObject({ phase: "Progressing", isObserved: false, isWaitingForUser: false });
  });

  test("of a user's own waits for that user, at a step with a duration, too", () => {
    const status = readRollout(canary({ ...observed, phase: "Paused", currentStepIndex: 3 }, { paused: true }));
    expect(status.isWaitingForUser).toBe(true);
  });

  test.each([
    [{ autoPromotionEnabled: false }, true],
    [{ autoPromotionEnabled: false, autoPromotionSeconds: 20 }, true], // the controller ignores the seconds then
    [{ autoPromotionSeconds: 20 }, false],
  ])("of a blue-green with %j", (options, isWaitingForUser) => {
    expect(readRollout(blueGreen(paused(0, "BlueGreenPause"), options)).isWaitingForUser).toBe(isWaitingForUser);
  });
});

describe("the weight is the new revision's share", () => {
  test("as the controller has routed it, while it still has some after an abort", () => {
    const routed = { ...observed, canary: { weights: { canary: { weight: 30 } } } };
    expect(readRollout(canary(routed)).weight).toBe(30);
    expect(readRollout(canary({ ...routed, abort: true })).weight).toBe(30);
    expect(readRollout(canary({ ...observed, abort: true })).weight).toBe(0);
  });

  test("is all where it is the stable one", () => {
    expect(readRollout(canary({ ...observed, stableRS: "new" }))).toMatchObject({ weight: 100, isFullyPromoted: true });
  });

  test("of a blue-green is all or nothing, by the active Service", () => {
    expect(readRollout(blueGreen({ ...observed, blueGreen: { activeSelector: "old" } })).weight).toBe(0);
    expect(readRollout(blueGreen({ ...observed, blueGreen: { activeSelector: "new" } }))).toMatchObject({
      weight: 100,
      isFullyPromoted: false, // its post-promotion analysis may still send it back
    });
  });
});

test("an analysis comes with what it measured last, where the run is given", () => {
  const status: Status = {
    ...observed,
    canary: { currentBackgroundAnalysisRunStatus: { name: "run-2", status: "Failed", message: "too many" } },
  };
  const run = {
    metadata: { name: "run-2" },
    status: {
      metricResults: [{ name: "error-rate", phase: "Failed", measurements: [{ value: "[0.1]" }, { value: "[0.3]" }] }],
    },
  };
  const analysis = { kind: "background", name: "run-2", phase: "Failed", message: "too many" };
  expect(readRollout(canary(status)).analyses).toEqual([{ ...analysis, metrics: [] }]);
  expect(readRollout(canary(status), { analysisRuns: [run] }).analyses).toEqual([
    { ...analysis, metrics: [{ name: "error-rate", phase: "Failed", value: "[0.3]" }] },
  ]);
});

test.each([
  ["[0.3]", "[0.3]"],
  ["NaN", "NaN"],
  ["null", "null"],
  [
    JSON.stringify({ reason: "The canary is worse: 9 of 10 requests failed.", verdict: "fail" }),
    "fail: The canary is worse: 9 of 10 requests failed",
  ],
])("what was measured, %s, reads as %s", (value, text) => {
  const status: Status = {
    ...observed,
    message: "bad",
    canary: { currentBackgroundAnalysisRunStatus: { name: "run-2", status: "Failed" } },
  };
  const run = {
    metadata: { name: "run-2" },
    status: { metricResults: [{ name: "verdict", phase: "Failed", measurements: [{ value }] }] },
  };
  const read = readRollout(canary(status), { analysisRuns: [run] });
  expect(rolloutLine(read)).toContain(`background analysis Failed (verdict ${text})`);
  expect(rolloutFault(read)).toBe(`bad (last measured: verdict was ${text})`);
});

test.each([
  ["30s", 30],
  ["1m30s", 90],
  ["2h", 7200],
  [45, 45],
  ["45", 45],
])("a duration of %s is %d seconds", (text, seconds) => expect(durationSeconds(text)).toBe(seconds));

test.each(["", "soon", "1 m", "5d"])("%j is no duration", (text) => expect(durationSeconds(text)).toBeNaN());

import { describe, expect, test } from "@jest/globals";
import { nextAct, type StepSeen } from "../../../../canary/judge/next-act.ts";

const step: StepSeen = { weight: 10, bake: 60, seconds: 61, verdict: "pass", requests: 1, patienceSeconds: 600 };

describe("what a walk through the plan does at a step", () => {
  test.each<[string, Partial<StepSeen>, string]>([
    ["goes on with a pass after the bake time", {}, "advance"],
    ["keeps the step for its bake time, whatever was passed", { seconds: 59 }, "wait"],
    ["rolls back at once where it is worse, in the bake time too", { seconds: 1, verdict: "fail" }, "roll back"],
    ["rolls back where it is worse after the bake time", { verdict: "fail" }, "roll back"],
    ["waits for a verdict after the bake time", { verdict: "inconclusive", seconds: 659 }, "wait"],
    ["waits where its pass is of another weight, and nothing was counted at this one", { requests: 0 }, "wait"],
    [
      "gives up at 100 %, where there is nothing left to compare with",
      { weight: 100, verdict: "inconclusive" },
      "give up",
    ],
    ["gives up where none comes", { verdict: "inconclusive", seconds: 660 }, "give up"],
    [
      "begins a plan without evidence, for there is none without a share",
      { weight: 0, bake: 0, verdict: "inconclusive" },
      "advance",
    ],
    ["leaves a step that waits for a person to that person", { bake: "manual" }, "ask"],
    ["rolls back from a step that waits for a person", { bake: "manual", verdict: "fail" }, "roll back"],
    [
      "waits for the verdict that the person is to have",
      { bake: "manual", seconds: 1, verdict: "inconclusive" },
      "wait",
    ],
  ])("%s", (_name, seen, act) => {
    expect(nextAct({ ...step, ...seen })).toBe(act);
  });
});

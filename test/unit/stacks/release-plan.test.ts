import { expect, test } from "@jest/globals";
import { presetPlan } from "../../../canary/plan/presets.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { releasePlan } from "../../../stacks/release-plan.ts";
import { sampleConfig } from "./sample-config.ts";

test("where people promote, a plan is shown with the least time of each step, and no time of the whole is promised", () => {
  expect(releasePlan(sampleConfig)).toEqual({
    ladder: "10% for at least 1m, 30% for at least 1m, 60% for at least 1m, 100%",
    decisions: 4,
    rollbackSeconds: 2,
  });
});

const stepwise: LabConfig = { ...sampleConfig, strategy: "rollout-canary" };

test("where a controller promotes, with its time", () => {
  expect(releasePlan(stepwise)).toEqual({
    ladder: "10% for 1m, 30% for 1m, 60% for 1m, 100%",
    promotionSeconds: 224,
    decisions: 0,
    rollbackSeconds: 2,
  });
});

test("a Rollout waits for pods wherever its weight needs more of them", () => {
  const seconds = (replicas: number) => releasePlan({ ...stepwise, replicas })?.promotionSeconds;
  expect([1, 2, 10].map(seconds)).toEqual([204, 204 + 20, 204 + 3 * 20]);
});

test("an analysis after each stage takes two windows by the objective, and one question to the judge", () => {
  const seconds = (change: Pick<LabConfig, "analysis" | "analysisBy">) =>
    releasePlan({ ...stepwise, ...change })?.promotionSeconds;
  expect(seconds({ analysis: "step", analysisBy: "objective" })).toBe(224 + 3 * (2 * 60));
  expect(seconds({ analysis: "step", analysisBy: "judge" })).toBe(224 + 3 * 5);
  expect(seconds({ analysis: "background", analysisBy: "objective" })).toBe(224);
});

test("a mirror and an experiment before the first weight are counted, with the decision that a mirror waits for", () => {
  const rehearsed = { ...stepwise.rolloutCanary, mirrorPercent: 20, experiment: true };
  expect(releasePlan({ ...stepwise, rolloutCanary: rehearsed })).toMatchObject({
    promotionSeconds: 224 + 60 + 20 + 60, // its pods start before an experiment's time does
    decisions: 0,
  });
  expect(releasePlan({ ...stepwise, plan: presetPlan("25"), rolloutCanary: rehearsed })).toMatchObject({
    promotionSeconds: 3 * 20 + 2 + 60,
    decisions: 2,
  });
});

test("pods take longer than a route, and a strategy without weights has no plan", () => {
  expect(releasePlan({ ...sampleConfig, strategy: "replica-ratio" })).toMatchObject({
    decisions: 4,
    rollbackSeconds: 20,
  });
  expect(releasePlan({ ...sampleConfig, strategy: "rolling-update" })).toBeUndefined();
});

test("where pods share the traffic, the ladder has the shares that they can give", () => {
  const ladder = (replicas: number) => releasePlan({ ...sampleConfig, strategy: "replica-ratio", replicas })?.ladder;
  const shown = (...shares: readonly number[]) =>
    `${shares.map((share) => `${share}% for at least 1m`).join(", ")}, 100%`;
  expect(ladder(10)).toBe(shown(10, 30, 60));
  expect(ladder(3)).toBe(shown(0, 33.3, 66.7));
  expect(ladder(2)).toBe(shown(0, 50, 50));
});

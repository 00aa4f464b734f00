import { expect, test } from "@jest/globals";
import { presetPlan } from "../../../canary/plan/presets.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";
import { releasePlan } from "../../../stacks/release-plan.ts";
import { sampleConfig } from "./sample-config.ts";

test("a plan is shown with its time", () => {
  expect(releasePlan(sampleConfig)).toEqual({
    ladder: "10% for 1m, 30% for 1m, 60% for 1m, 100%",
    promotionSeconds: 204,
    decisions: 0,
    rollbackSeconds: 2,
  });
});

test("an analysis after each stage takes its window and two measurements more", () => {
  const config: LabConfig = { ...sampleConfig, strategy: "rollout-canary", analysis: "step" };
  expect(releasePlan(config)?.promotionSeconds).toBe(204 + 3 * (60 + 2 * 15));
  expect(releasePlan({ ...config, analysis: "background" })?.promotionSeconds).toBe(204);
});

test("a mirror and an experiment before the first weight are counted, with the decision that a mirror waits for", () => {
  const config: LabConfig = { ...sampleConfig, strategy: "rollout-canary" };
  const rehearsed = { ...config.rolloutCanary, mirrorPercent: 20, experiment: true };
  expect(releasePlan({ ...config, rolloutCanary: rehearsed })).toMatchObject({
    promotionSeconds: 204 + 60 + 60,
    decisions: 0,
  });
  expect(releasePlan({ ...config, plan: presetPlan("25"), rolloutCanary: rehearsed })).toMatchObject({
    promotionSeconds: 20 + 2 + 60,
    decisions: 2,
  });
});

test("pods take longer than a route, and a strategy without weights has no plan", () => {
  expect(releasePlan({ ...sampleConfig, strategy: "replica-ratio" })).toMatchObject({
    promotionSeconds: 260,
    rollbackSeconds: 20,
  });
  expect(releasePlan({ ...sampleConfig, strategy: "rolling-update" })).toBeUndefined();
});

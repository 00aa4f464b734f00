import { expect, test } from "@jest/globals";
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

test("pods take longer than a route, and a strategy without weights has no plan", () => {
  expect(releasePlan({ ...sampleConfig, strategy: "replica-ratio" })).toMatchObject({
    promotionSeconds: 260,
    rollbackSeconds: 20,
  });
  expect(releasePlan({ ...sampleConfig, strategy: "rolling-update" })).toBeUndefined();
});

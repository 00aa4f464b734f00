import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { explicitPlan, linearPlan } from "../../../../canary/plan/ladders.ts";
import { describePlan, predict, remainingAt } from "../../../../canary/plan/prediction.ts";
import { presetPlan } from "../../../../canary/plan/presets.ts";
import { toWeight } from "../../../../canary/weight.ts";

describe("predict", () => {
  test("counts pods, moves and bakes, and leaves decisions to people", () => {
    expect(predict(presetPlan("10-30-60"))).toEqual({
      promotionSeconds: 20 + 4 + 180,
      decisions: 0,
      rollbackSeconds: 2,
    });
    expect(predict(presetPlan("20-pause-30-60s"))).toEqual({
      promotionSeconds: 20 + 3 + 60,
      decisions: 1,
      rollbackSeconds: 2,
    });
  });

  test("adds an analysis to each stage below 100", () => {
    const plan = explicitPlan([10, 50], 30);
    expect(predict(plan, { analysis: 75 }).promotionSeconds - predict(plan).promotionSeconds).toBe(150);
  });

  test("a longer bake never makes it shorter, and going back takes the same from everywhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 3600 }), (step, bake) => {
        const [short, long] = [predict(linearPlan(step, bake)), predict(linearPlan(step, bake + 1))];
        expect(long.promotionSeconds).toBeGreaterThanOrEqual(short.promotionSeconds);
        expect(long.rollbackSeconds).toBe(short.rollbackSeconds);
      }),
    );
  });
});

test("a plan is one line", () => {
  expect(describePlan(presetPlan("20-pause-30-60s"))).toBe("20% until promoted, 30% for 1m, 100%");
});

test("what remains of a plan at a weight are the times that are still kept, and promotions", () => {
  const plan = presetPlan("10-30-60");
  expect(remainingAt(plan, toWeight(10))).toEqual({ seconds: 180, promotions: 3 });
  expect(remainingAt(plan, toWeight(60))).toEqual({ seconds: 60, promotions: 1 });
  expect(remainingAt(plan, toWeight(100))).toEqual({ seconds: 0, promotions: 0 });
  expect(remainingAt(presetPlan("20-pause-30-60s"), toWeight(20))).toEqual({ seconds: 60, promotions: 2 });
});

import { describe, expect, test } from "@jest/globals";
import { burnRates, burnThreshold, errorWindows } from "../../../../canary/slo/alerts.ts";
import type { Objective } from "../../../../canary/slo/objective.ts";

const objective: Objective = { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 300, minimumRequests: 100 };

test("a window of five minutes gives the workbook's own windows", () => {
  expect(errorWindows(objective)).toEqual([5, 30, 60, 360].map((minutes) => minutes * 60));
});

test("a shorter window shortens all in proportion", () => {
  expect(errorWindows({ ...objective, windowSeconds: 20 })).toEqual([20, 120, 240, 1440]);
});

describe("the share of errors at which a budget burns", () => {
  const [fast, slow] = burnRates;

  test("is the allowed one times the rate", () => {
    expect(burnThreshold(objective, fast)).toBeCloseTo(0.144);
    expect(burnThreshold(objective, slow)).toBeCloseTo(0.06);
  });

  test.each([0.07, 0.3, 0.99])("can be reached, and is above what is allowed, with an objective of %d", (errorRate) => {
    for (const rate of burnRates) {
      const threshold = burnThreshold({ ...objective, errorRate }, rate);
      expect(threshold).toBeGreaterThan(errorRate);
      expect(threshold).toBeLessThan(1);
    }
  });
});

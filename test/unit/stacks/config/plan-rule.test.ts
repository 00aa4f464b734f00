import { describe, expect, test } from "@jest/globals";
import { describePlan } from "../../../../canary/plan/prediction.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { defaults } from "../sample-config.ts";
import { problemsOf } from "./problems-of.ts";

const ladder = (plan: unknown) => describePlan(parseConfig({ ...defaults, plan }).plan);

describe("plan", () => {
  test.each([
    ["25", "25% until promoted, 100%"],
    [25, "25% until promoted, 100%"], // as YAML reads it
    [{ weights: [10, 30, 60], bake: "30s" }, "10% for 30s, 30% for 30s, 60% for 30s, 100%"],
    [{ weights: ["10", 100], bake: "manual" }, "10% until promoted, 100%"],
    [
      {
        steps: [
          { weight: 20, pause: true },
          { weight: 30, bake: "90s" },
        ],
      },
      "20% until promoted, 30% for 90s, 100%",
    ],
    [{ steps: [{ weight: 50 }, { weight: 100, bake: "2m" }] }, "50% for 1m, 100% for 2m"],
    [{ linear: { step: 40 } }, "40% for 1m, 80% for 1m, 100%"],
    [{ exponential: { start: 25, factor: 2 }, bake: "5m" }, "25% for 5m, 50% for 5m, 100%"],
    ['{"weights":[10],"bake":"1h"}', "10% for 1h, 100%"],
  ])("%j", (plan, text) => expect(ladder(plan)).toBe(text));

  const shapes = "exactly one of weights, steps, linear and exponential";
  const rising = "allowed: weights that rise, from 1 to 100";
  const bake = "allowed: a duration from 1s to 24h, written as 20s, 2m or 1h are, or manual";
  test.each<readonly [unknown, ...string[]]>([
    ["10-30", `plan is "10-30"; allowed: 90-70-50-0, 10-30-60, 20-pause-30-60s, 25, or an object with ${shapes}`],
    [{}, `plan is {}; allowed: ${shapes}`],
    [{ weights: [10], linear: { step: 10 } }, `plan is {"weights":[10],"linear":{"step":10}}; allowed: ${shapes}`],
    [{ weights: [30, 10] }, `plan is {"weights":[30,10]}: weight 10 comes after 30; ${rising}`],
    [{ weights: [0, 10] }, 'plan.weights[0] is "0"; allowed: an integer from 1 to 100'],
    [{ weights: [] }, 'plan.weights is "[]"; allowed: weights that rise, each an integer from 1 to 100'],
    [{ weights: [10, 200] }, 'plan.weights[1] is "200"; allowed: an integer from 1 to 100'],
    [{ weights: [10], bake: "1" }, `plan.bake is "1"; ${bake}`],
    [{ wieghts: [10] }, "plan.wieghts is [10], and no such field is known; did you mean weights?"],
    [
      { linear: { stepp: 5 } },
      "plan.linear.step is not set; allowed: an integer from 1 to 100",
      "plan.linear.stepp is 5, and no such field is known; did you mean step?",
    ],
    [
      { exponential: { start: 5, factor: 1 } },
      'plan.exponential.factor is "1"; allowed: a number above 1 and below 100, of at most 9 decimals, written as 0.01 is',
    ],
    [
      { steps: [{ weight: 20, pause: true, bake: "5s" }] },
      'plan.steps[0] is {"weight":20,"pause":true,"bake":"5s"}; allowed: pause true, or a bake, not both',
    ],
    [
      { steps: [{ weight: 20 }], bake: "5s" },
      'plan is {"steps":[{"weight":20}],"bake":"5s"}; allowed: a bake of each step, or weights with one bake for all',
    ],
  ])("%j is refused", (plan, ...problems) => expect(problemsOf({ plan })).toEqual(problems));
});

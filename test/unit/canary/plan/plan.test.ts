import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { explicitPlan, exponentialPlan, linearPlan } from "../../../../canary/plan/ladders.ts";
import { createPlan, growingStages, nextWeight, type Plan, shortestBake } from "../../../../canary/plan/plan.ts";
import { presetNames, presetPlan } from "../../../../canary/plan/presets.ts";
import { toWeight } from "../../../../canary/weight.ts";

const weightsOf = ({ stages }: Plan): number[] => stages.map(({ weight }) => weight);

const bake = fc.oneof(fc.integer({ min: 1, max: 3600 }), fc.constant("manual" as const));
const anyPlan = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 100 }), bake).map(([step, each]) => linearPlan(step, each)),
  fc
    .tuple(fc.integer({ min: 1, max: 100 }), fc.double({ min: 1.01, max: 100, noNaN: true }), bake)
    .map(([start, factor, each]) => exponentialPlan(start, factor, each)),
  fc
    .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 }), bake)
    .map(([weights, each]) =>
      explicitPlan(
        weights.sort((a, b) => a - b),
        each,
      ),
    ),
);

describe("any plan", () => {
  test("rises, and ends at 100", () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const weights = weightsOf(plan);
        expect(weights).toEqual([...new Set(weights)].sort((a, b) => a - b));
        expect(weights[0]).toBeGreaterThan(0);
        expect(weights.at(-1)).toBe(100);
      }),
    );
  });

  test("is climbed rung by rung, from any weight, and no further than 100", () => {
    fc.assert(
      fc.property(anyPlan, fc.integer({ min: 0, max: 100 }), (plan, start) => {
        const climbed: number[] = [];
        for (let at = nextWeight(plan, toWeight(start)); at !== undefined; at = nextWeight(plan, at)) climbed.push(at);
        expect(climbed).toEqual(weightsOf(plan).filter((weight) => weight > start));
      }),
    );
  });
});

describe("ladders", () => {
  test("the lab's own", () => {
    expect(Object.fromEntries(presetNames.map((name) => [name, presetPlan(name).stages]))).toEqual({
      "90-70-50-0": [
        { weight: 10, bake: "manual" },
        { weight: 30, bake: "manual" },
        { weight: 50, bake: "manual" },
        { weight: 100, bake: 0 },
      ],
      "10-30-60": [
        { weight: 10, bake: 60 },
        { weight: 30, bake: 60 },
        { weight: 60, bake: 60 },
        { weight: 100, bake: 0 },
      ],
      "20-pause-30-60s": [
        { weight: 20, bake: "manual" },
        { weight: 30, bake: 60 },
        { weight: 100, bake: 0 },
      ],
      "25": [
        { weight: 25, bake: "manual" },
        { weight: 100, bake: 0 },
      ],
    });
  });

  test.each([
    [linearPlan(20), [20, 40, 60, 80, 100]],
    [linearPlan(30), [30, 60, 90, 100]],
    [exponentialPlan(5, 2), [5, 10, 20, 40, 80, 100]],
    [exponentialPlan(1, 1.1), expect.arrayContaining([1, 2, 3, 4, 5, 6])],
    [explicitPlan([10, 100]), [10, 100]],
  ])("%#: the weights", (plan, weights) => expect(weightsOf(plan)).toEqual(weights));

  test("a bake at 100 is kept where it is given", () => {
    expect(createPlan([{ weight: toWeight(100), bake: 60 }]).stages).toEqual([{ weight: 100, bake: 60 }]);
  });

  test.each<readonly [readonly number[], string]>([
    [[], "there is no weight"],
    [[0, 10], "weight 0 is the first"],
    [[10, 10], "weight 10 comes after 10"],
    [[10, 30, 20], "weight 20 comes after 30"],
  ])("%j is refused", (weights, problem) => {
    expect(() => explicitPlan(weights)).toThrow(`${problem}; allowed: weights that rise, from 1 to 100`);
  });

  test("steps and factors that lead nowhere are refused", () => {
    for (const step of [0, 1.5, 101]) expect(() => linearPlan(step)).toThrow(RangeError);
    for (const factor of [1, 0, 101, Number.NaN]) expect(() => exponentialPlan(5, factor)).toThrow(RangeError);
    expect(() => exponentialPlan(0, 2)).toThrow(RangeError);
  });
});

test("the shortest bake is of the stages that are waited out", () => {
  expect(shortestBake(presetPlan("20-pause-30-60s"))).toBe(60);
  expect(shortestBake(presetPlan("25"))).toBeUndefined();
  expect(shortestBake(createPlan([{ weight: toWeight(100), bake: 5 }]))).toBe(5);
});

test.each([
  [1, [10]],
  [2, [10, 60]],
  [4, [10, 30, 60, 100]],
])("a canary of %d pods in all grows at %j percent of 10, 30, 60 and 100", (pods, weights) => {
  expect(growingStages(presetPlan("10-30-60"), pods).map(({ weight }) => weight)).toEqual(weights);
});

import { describe, expect, test } from "@jest/globals";
import logBinomial from "@stdlib/math-base-special-binomcoefln";
import fc from "fast-check";
import { binomialInterval } from "../../../canary/binomial.ts";

/** The chance of so many requests out of many. */
const chanceOf = (count: number, trials: number, probability: number): number =>
  Math.exp(logBinomial(trials, count) + count * Math.log(probability) + (trials - count) * Math.log1p(-probability));

describe("binomialInterval", () => {
  // Reference values: summed by another route, exp(lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1) + k ln p + (n-k) ln(1-p)).
  test.each([
    [2000, 0.1, 157, 245],
    [2000, 0.3, 533, 668],
    [2000, 0.5, 926, 1074],
    [400, 0.1, 22, 61],
  ])("%i requests at %f", (trials, probability, lowest, highest) => {
    expect(binomialInterval({ trials, probability, confidence: 0.999 })).toEqual({ lowest, highest });
  });

  test("is one number at 0 and at 1: a stray request is a wrong route", () => {
    expect(binomialInterval({ trials: 2000, probability: 0, confidence: 0.999 })).toEqual({ lowest: 0, highest: 0 });
    expect(binomialInterval({ trials: 2000, probability: 1, confidence: 0.999 })).toEqual({
      lowest: 2000,
      highest: 2000,
    });
  });

  test("holds the mean, and mirrors when the other side is counted", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 99 }), (trials, percent) => {
        const side = binomialInterval({ trials, probability: percent / 100, confidence: 0.999 });
        const other = binomialInterval({ trials, probability: (100 - percent) / 100, confidence: 0.999 });
        const mean = (trials * percent) / 100;
        expect(side.lowest).toBeLessThanOrEqual(mean);
        expect(side.highest).toBeGreaterThanOrEqual(mean);
        expect(other).toEqual({ lowest: trials - side.highest, highest: trials - side.lowest });
      }),
    );
  });

  test("cries wolf at most as often as it says", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 99 }), (trials, percent) => {
        const probability = percent / 100;
        const { lowest, highest } = binomialInterval({ trials, probability, confidence: 0.999 });
        const outside = Array.from({ length: trials + 1 }, (_, count) => count).filter(
          (count) => count < lowest || count > highest,
        );
        const rate = outside.reduce((sum, count) => sum + chanceOf(count, trials, probability), 0);
        expect(rate).toBeLessThanOrEqual(0.001);
      }),
    );
  });

  test.each([
    [{ trials: 0, probability: 0.5, confidence: 0.9 }, /trials is 0/],
    [{ trials: 1.5, probability: 0.5, confidence: 0.9 }, /trials is 1.5/],
    [{ trials: 10, probability: 1.1, confidence: 0.9 }, /probability is 1.1/],
    [{ trials: 10, probability: Number.NaN, confidence: 0.9 }, /probability is NaN/],
    [{ trials: 10, probability: 0.5, confidence: 1 }, /confidence is 1/],
  ])("refuses %j", (question, message) => {
    expect(() => binomialInterval(question)).toThrow(message);
  });
});

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isWeight, splitOf, toWeight } from "../../../canary/weight.ts";

describe("Weight", () => {
  test("the two sides sum to 100 and neither leaves 0..100", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (value) => {
        const { stable, canary } = splitOf(toWeight(value));
        return stable + canary === 100 && isWeight(stable) && canary === value;
      }),
    );
  });

  test("anything but an integer from 0 to 100 is refused", () => {
    const outside = fc.oneof(
      fc.integer({ max: -1 }),
      fc.integer({ min: 101 }),
      fc.double().filter((value) => !Number.isInteger(value)),
    );
    fc.assert(fc.property(outside, (value) => !isWeight(value)));
    expect(() => toWeight(12.5)).toThrow("Invalid weight: 12.5. Allowed: an integer from 0 to 100.");
  });
});

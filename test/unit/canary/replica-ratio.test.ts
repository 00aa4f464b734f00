import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { replicaRatio } from "../../../canary/replica-ratio.ts";
import { toWeight } from "../../../canary/weight.ts";

const anyWeight = fc.integer({ min: 0, max: 100 }).map(toWeight);
const anyTotal = fc.integer({ min: 1, max: 50 });

describe("replicaRatio", () => {
  test.each([
    [10, 10, 9, 1],
    [10, 50, 5, 5],
    [10, 100, 0, 10],
    [10, 0, 10, 0],
    [2, 10, 2, 0],
    [3, 50, 1, 2],
  ])("%i pods at %i percent are %i and %i", (total, weight, stable, canary) => {
    expect(replicaRatio(total, toWeight(weight))).toMatchObject({ stable, canary });
  });

  test("uses all pods, and none is nearer to the weight", () => {
    fc.assert(
      fc.property(anyTotal, anyWeight, (total, weight) => {
        const { stable, canary, share } = replicaRatio(total, weight);
        expect(stable + canary).toBe(total);
        expect(Math.min(stable, canary)).toBeGreaterThanOrEqual(0);
        expect(share).toBeCloseTo((100 * canary) / total);
        for (const other of [canary - 1, canary + 1]) {
          expect(Math.abs(100 * other - weight * total)).toBeGreaterThanOrEqual(
            Math.abs(100 * canary - weight * total),
          );
        }
      }),
    );
  });

  test("never falls when the weight rises, and is exact at both ends", () => {
    fc.assert(
      fc.property(anyTotal, anyWeight, anyWeight, (total, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map(toWeight) as [typeof one, typeof one];
        expect(replicaRatio(total, low).canary).toBeLessThanOrEqual(replicaRatio(total, high).canary);
        expect(replicaRatio(total, toWeight(0)).share).toBe(0);
        expect(replicaRatio(total, toWeight(100)).share).toBe(100);
      }),
    );
  });
});

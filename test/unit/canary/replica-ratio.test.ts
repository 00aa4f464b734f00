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
    [3, 50, 2, 1],
    [2, 75, 1, 1],
    [2, 90, 1, 1],
    [1, 50, 1, 0],
    [1, 99, 1, 0],
    [1, 100, 0, 1],
  ])("%i pods at %i percent are %i and %i", (total, weight, stable, canary) => {
    expect(replicaRatio(total, toWeight(weight))).toMatchObject({ stable, canary });
  });

  test("uses all pods, and none that keeps a stable one is nearer to the weight", () => {
    fc.assert(
      fc.property(anyTotal, anyWeight, (total, weight) => {
        const { stable, canary, share } = replicaRatio(total, weight);
        const distance = (pods: number) => Math.abs(100 * pods - weight * total);
        expect(stable + canary).toBe(total);
        expect(share).toBeCloseTo((100 * canary) / total);
        const allowed = Array.from({ length: weight === 100 ? total + 1 : total }, (_, pods) => pods);
        expect(allowed).toContain(canary);
        for (const other of allowed) expect(distance(other)).toBeGreaterThanOrEqual(distance(canary));
        if (canary > 0) expect(distance(canary - 1)).toBeGreaterThan(distance(canary)); // half a pod is the stable side's
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

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isInformative, type Table } from "../../../../canary/judge/counts.ts";
import { FactorSequence } from "../../../../canary/judge/factor.ts";
import { aroundModes } from "../../../../canary/judge/hypergeometric.ts";

function factorOf(tables: readonly Table[], error: number) {
  const sequence = new FactorSequence();
  for (const table of tables) sequence.add(table);
  return sequence.factor(error);
}

const side = (most: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: most }), fc.double({ min: 0, max: 0.3, noNaN: true }))
    .map(([requests, rate]) => ({ requests, bad: Math.floor(requests * rate) }));
const releases = fc.array(fc.record({ stable: side(2000), canary: side(300) }), { maxLength: 200 });

/** The bounds by the sums of logarithms around the modes, one slice after another. */
function boundsByLogs(tables: readonly Table[], error: number) {
  const grid = Float64Array.from({ length: 57 }, (_, index) => ((index - 16) * Math.LN2) / 4);
  const sums = new Float64Array(grid.length);
  const logs = new Float64Array(grid.length);
  for (const table of tables.filter(isInformative)) {
    aroundModes(table, grid, logs);
    logs.forEach((log, index) => {
      sums[index] = (sums[index] as number) + log;
    });
  }
  const largest = Math.max(...sums);
  const mean = sums.reduce((sum, log) => sum + Math.exp(log - largest), 0) / sums.length;
  const kept = (log: number) => log - largest > Math.log(mean * error);
  const [first, last] = [sums.findIndex(kept), sums.findLastIndex(kept)];
  return {
    lower: first > 0 ? Math.exp(grid[first - 1] as number) : 0,
    upper: last < grid.length - 1 ? Math.exp(grid[last + 1] as number) : Number.POSITIVE_INFINITY,
  };
}

test("the confidence sequence is that of the sums of logarithms, however many slices there are", () => {
  fc.assert(
    fc.property(releases, (tables) => {
      const { lower, upper } = factorOf(tables, 0.05);
      expect({ lower, upper }).toEqual(boundsByLogs(tables, 0.05));
    }),
    { numRuns: 50 },
  );
});

describe("the factor", () => {
  test("is the one of Mantel and Haenszel, within its bounds", () => {
    const found = factorOf(
      Array(400).fill({ canary: { requests: 100, bad: 4 }, stable: { requests: 900, bad: 18 } }),
      0.05,
    );
    expect(found.estimate).toBeCloseTo((4 * 882) / (18 * 96), 10);
    expect(found.lower).toBeGreaterThan(1.4);
    expect(found.upper).toBeLessThan(3);
  });

  test("turns over when the sides change places", () => {
    const counts = fc
      .tuple(fc.integer({ min: 1, max: 90 }), fc.nat(100))
      .map(([n, share]) => ({ requests: n, bad: Math.floor((n * share) / 100) }));
    fc.assert(
      fc.property(fc.array(fc.record({ stable: counts, canary: counts }), { maxLength: 6 }), (tables) => {
        const found = factorOf(tables, 0.05);
        const turned = factorOf(
          tables.map(({ stable, canary }) => ({ stable: canary, canary: stable })),
          0.05,
        );
        if (found.estimate !== undefined) expect(turned.estimate).toBeCloseTo(1 / found.estimate, 8);
        expect(found.lower).toBeLessThan(found.upper);
      }),
    );
  });
});

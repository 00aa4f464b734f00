import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { isInformative, type Table } from "../../../../canary/judge/counts.ts";
import { factorOf } from "../../../../canary/judge/factor.ts";
import { aroundModes } from "../../../../canary/judge/hypergeometric.ts";

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

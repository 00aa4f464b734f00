import { isInformative, type Table } from "./counts.ts";
import { logLikelihoods } from "./hypergeometric.ts";

/** By which factor the canary's odds of a bad request are those of the stable side. */
export interface Factor {
  /** The estimate of Mantel and Haenszel; undefined where only good ones, or none, of one side were seen. */
  readonly estimate: number | undefined;
  /** Confidence sequence: covers the true factor at every moment at once; 0 where there is no lower bound. */
  readonly lower: number;
  /** Infinity where there is no upper bound. */
  readonly upper: number;
}

/** Quarters of an octave, from 1/16 to 1024: where a bound lies between two of them, it is the outer one. */
const grid = Float64Array.from({ length: 57 }, (_, index) => ((index - 16) * Math.LN2) / 4);

/**
 * The factor over slices, with a confidence sequence: what a uniform prior over the grid does not rule out, for the ratio of prior to
 * posterior at the true factor is a martingale (Waudby-Smith and Ramdas 2020). It supposes one factor for all slices.
 *
 * @param error chance that the sequence ever leaves out the true factor, between 0 and 1
 */
export function factorOf(tables: Iterable<Table>, error: number): Factor {
  const sums = new Float64Array(grid.length);
  const logs = new Float64Array(grid.length);
  let worse = 0;
  let better = 0;
  for (const table of tables) {
    if (!isInformative(table)) continue;
    const { stable, canary } = table;
    const requests = stable.requests + canary.requests;
    worse += (canary.bad * (stable.requests - stable.bad)) / requests;
    better += (stable.bad * (canary.requests - canary.bad)) / requests;
    logLikelihoods(table, grid, logs);
    for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) + (logs[index] as number);
  }
  const largest = Math.max(...sums);
  const mean = sums.reduce((sum, log) => sum + Math.exp(log - largest), 0) / sums.length;
  const kept = (log: number) => log - largest > Math.log(mean * error);
  const first = sums.findIndex(kept);
  const last = sums.findLastIndex(kept);
  return {
    estimate: worse > 0 && better > 0 ? worse / better : undefined,
    lower: first > 0 ? Math.exp(grid[first - 1] as number) : 0,
    upper: last < grid.length - 1 ? Math.exp(grid[last + 1] as number) : Number.POSITIVE_INFINITY,
  };
}

import { isInformative, type Table } from "./counts.ts";
import { aroundModes } from "./hypergeometric.ts";
import { OddsGrid } from "./odds-grid.ts";

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
const logFactors = Float64Array.from({ length: 57 }, (_, index) => ((index - 16) * Math.LN2) / 4);

/** The log-likelihoods of all tables together. Factors are multiplied for as long as that overflows nothing: a logarithm costs more. */
class JointLikelihoods {
  private readonly logs = new Float64Array(logFactors.length);
  private readonly grid = new OddsGrid(logFactors);
  private readonly products = new Float64Array(logFactors.length).fill(1);
  private readonly some = new Float64Array(logFactors.length);

  add(table: Table): void {
    const { logs, grid, products, some } = this;
    if (!grid.sumsOver(table)) {
      aroundModes(table, logFactors, some);
      for (let index = 0; index < logs.length; index++) logs[index] = (logs[index] as number) + (some[index] as number);
      return;
    }
    for (let index = 0; index < logs.length; index++) {
      const product = (products[index] as number) * (grid.sums[index] as number);
      if (product < 1e150) products[index] = product;
      else {
        logs[index] = (logs[index] as number) - Math.log(product);
        products[index] = 1;
      }
    }
  }

  all(): Float64Array {
    return this.logs.map((log, index) => log - Math.log(this.products[index] as number));
  }
}

/**
 * The factor over slices, one after another, with a confidence sequence: what a uniform prior over the grid does not rule out, for the ratio
 * of prior to posterior at the true factor is a martingale (Waudby-Smith and Ramdas 2020). It supposes one factor for all slices.
 */
export class FactorSequence {
  private readonly joint = new JointLikelihoods();
  private worse = 0;
  private better = 0;

  add(table: Table): void {
    if (!isInformative(table)) return;
    const { stable, canary } = table;
    const requests = stable.requests + canary.requests;
    this.worse += (canary.bad * (stable.requests - stable.bad)) / requests;
    this.better += (stable.bad * (canary.requests - canary.bad)) / requests;
    this.joint.add(table);
  }

  /** @param error chance that the sequence ever leaves out the true factor, between 0 and 1 */
  factor(error: number): Factor {
    const { worse, better } = this;
    const sums = this.joint.all();
    const largest = Math.max(...sums);
    const mean = sums.reduce((sum, log) => sum + Math.exp(log - largest), 0) / sums.length;
    const kept = (log: number) => log - largest > Math.log(mean * error);
    const first = sums.findIndex(kept);
    const last = sums.findLastIndex(kept);
    return {
      estimate: worse > 0 && better > 0 ? worse / better : undefined,
      lower: first > 0 ? Math.exp(logFactors[first - 1] as number) : 0,
      upper: last < logFactors.length - 1 ? Math.exp(logFactors[last + 1] as number) : Number.POSITIVE_INFINITY,
    };
  }
}

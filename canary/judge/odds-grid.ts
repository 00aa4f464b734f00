import type { Table } from "./counts.ts";

/** Counts that the canary's bad requests may have above the one that was seen, and as many below it, for sums to be polynomials. */
const mostTerms = 96;
/** Sums above this are left to `aroundModes`: two of them still have a product. */
const mostSum = 1e100;

/** Odds ratios at which the tables of a release are looked at, and what is common to all of those. */
export class OddsGrid {
  readonly logOdds: Float64Array;
  /** {@link sumsOver} writes here: one sum for each of the odds ratios. */
  readonly sums: Float64Array;
  private readonly odds: Float64Array;
  private readonly inverse: Float64Array;
  private readonly up = new Float64Array(mostTerms);
  private readonly down = new Float64Array(mostTerms);

  /** @param logOdds logarithms of the odds ratios, each within -25..25 */
  constructor(logOdds: Float64Array) {
    this.logOdds = logOdds;
    this.sums = new Float64Array(logOdds.length);
    this.odds = logOdds.map(Math.exp);
    this.inverse = logOdds.map((theta) => Math.exp(-theta));
  }

  get length(): number {
    return this.logOdds.length;
  }

  /**
   * Sums all terms of Fisher's noncentral hypergeometric distribution over the one that was observed: the chance of that is one over the
   * sum. Where few counts are possible a sum is a polynomial of the odds, `1 + r1 psi (1 + r2 psi (1 + ...))` above the observed count
   * and the same below, with r the ratio of neighbouring terms, which no odds change: all terms, each above 0, and nothing left out.
   *
   * @returns false where there are too many terms, or a sum is too large
   */
  sumsOver({ stable, canary }: Table): boolean {
    const bad = stable.bad + canary.bad;
    const rest = stable.requests - bad;
    const observed = canary.bad;
    const above = Math.min(bad, canary.requests) - observed;
    const below = observed - Math.max(0, -rest);
    if (above > mostTerms || below > mostTerms) return false;
    const { up, down, odds, inverse, sums } = this;
    for (let k = 0; k < above; k++) {
      const u = observed + k;
      up[k] = ((canary.requests - u) * (bad - u)) / ((u + 1) * (rest + u + 1));
    }
    for (let k = 0; k < below; k++) {
      const u = observed - k;
      down[k] = (u * (rest + u)) / ((canary.requests - u + 1) * (bad - u + 1));
    }
    for (let index = 0; index < sums.length; index++) {
      let sum = 1;
      const psi = odds[index] as number;
      for (let k = above - 1; k >= 0; k--) sum = 1 + (up[k] as number) * psi * sum;
      let lower = 1;
      const inverted = inverse[index] as number;
      for (let k = below - 1; k >= 0; k--) lower = 1 + (down[k] as number) * inverted * lower;
      sum += lower - 1;
      if (!(sum <= mostSum)) return false;
      sums[index] = sum;
    }
    return true;
  }
}

import logBinomial from "@stdlib/math-base-special-binomcoefln";
import type { Table } from "./counts.ts";
import type { OddsGrid } from "./odds-grid.ts";

/**
 * How likely the canary's bad requests are among all bad ones of a table, by Fisher's noncentral hypergeometric distribution: the
 * logarithm of `C(nc,e) C(ns,m-e) psi^e / Z(psi)` with `Z(psi)` the sum of `C(nc,u) C(ns,m-u) psi^u` over each possible u, for
 * nc and ns requests of canary and stable, m bad ones in all, e of them the canary's. Given those margins nothing depends on how many
 * requests fail, only on the odds ratio psi of the two sides.
 *
 * Everything is relative to the observed count, so that nothing large is subtracted from its like where the count is a likely one.
 *
 * @param into gets one logarithm of a chance for each of the odds ratios
 */
export function logLikelihoods(table: Table, grid: OddsGrid, into: Float64Array): void {
  if (!grid.sumsOver(table)) aroundModes(table, grid.logOdds, into);
  else for (let index = 0; index < into.length; index++) into[index] = -Math.log(grid.sums[index] as number);
}

/** The same for as many terms as there may be: each sum from the likeliest one on, for as long as terms matter. */
export function aroundModes(table: Table, logOdds: Float64Array, into: Float64Array): void {
  const distribution = new Noncentral(table);
  const observed = table.canary.bad;
  let at = observed;
  let height = 0; // log C(nc,at) C(ns,m-at), relative to the observed count's
  for (let index = 0; index < logOdds.length; index++) {
    const theta = logOdds[index] as number;
    const psi = Math.exp(theta);
    const mode = distribution.mode(psi);
    height += distribution.logRise(at, mode);
    at = mode;
    into[index] = -(height + (mode - observed) * theta + Math.log(distribution.sumAround(mode, psi)));
  }
}

/** Relative size of the terms that a sum leaves out. */
const negligible = 1e-18;
/** Above this deviation a sum takes steps: then some 20 logarithms of binomials cost less than ten thousand products. */
const widestWalk = 1000;

class Noncentral {
  private readonly canary: number;
  private readonly bad: number;
  /** What is left of the stable side when all bad requests are the canary's: its requests less all bad ones; may be negative. */
  private readonly rest: number;
  private readonly lowest: number;
  private readonly highest: number;

  constructor({ stable, canary }: Table) {
    this.canary = canary.requests;
    this.bad = stable.bad + canary.bad;
    this.rest = stable.requests - this.bad;
    this.lowest = Math.max(0, -this.rest);
    this.highest = Math.min(this.bad, this.canary);
  }

  /** The likeliest count, or a neighbour of it: where the term at u is as large as the one at u-1, a quadratic equation. */
  mode(psi: number): number {
    const a = psi - 1;
    const b = psi * (this.canary + this.bad + 2) + this.rest;
    const c = psi * (this.canary + 1) * (this.bad + 1);
    const root = Math.sqrt(Math.max(0, b * b - 4 * a * c));
    const mode = b >= 0 ? (2 * c) / (b + root) : (b - root) / (2 * a); // the form in which nothing cancels
    return Math.min(this.highest, Math.max(this.lowest, Math.floor(mode)));
  }

  /** By what the weight of u+1 differs from that of u, at an odds ratio of 1. */
  private ratio(u: number): number {
    return ((this.canary - u) * (this.bad - u)) / ((u + 1) * (this.rest + u + 1));
  }

  /** The logarithm of the weight of `to` over that of `from`, at an odds ratio of 1. */
  logRise(from: number, to: number): number {
    if (Math.abs(to - from) > 16) return this.logWeight(to) - this.logWeight(from);
    let product = 1; // sixteen factors of at most 1e18 each
    for (let u = Math.min(from, to); u < Math.max(from, to); u++) product *= this.ratio(u);
    return to > from ? Math.log(product) : -Math.log(product);
  }

  private logWeight(u: number): number {
    return logBinomial(this.canary, u) + logBinomial(this.rest + this.bad, this.bad - u);
  }

  /**
   * The sum of all terms over the one at `mode`.
   *
   * Terms are log-concave: each ratio is smaller than the one before, so what is left out behind a term t whose ratio to the next was r
   * is at most `t r / (1 - r)`. A term of 1e-18 that was reached within n steps has r below `exp(-41/n)`; its tail is at most n/40 times
   * as large, which is below 1e-15 for the some 9,000 steps that a deviation of {@link widestWalk} takes.
   */
  sumAround(mode: number, psi: number): number {
    const deviation = this.deviation(mode);
    if (deviation > widestWalk) return this.sumInSteps(mode, psi, Math.floor(deviation / 1.5));
    let sum = 1;
    for (let u = mode, term = 1; u < this.highest && term > negligible * sum; u++) {
      term *= this.ratio(u) * psi;
      sum += term;
    }
    for (let u = mode, term = 1; u > this.lowest && term > negligible * sum; u--) {
      term /= this.ratio(u - 1) * psi;
      sum += term;
    }
    return sum;
  }

  /**
   * The same from each `step`-th term. Such a count is a sum of independent yes-or-no draws, for the roots of Z are real and negative;
   * its characteristic function is then at most `exp(-2 s^2 sin^2(t/2))` with s its deviation, and a sum in steps of d differs from the
   * whole by at most `2 sum exp(-2 s^2 sin^2(pi l/d))` over l = 1..d/2: 1e-19 for d = s/1.5.
   */
  private sumInSteps(mode: number, psi: number, step: number): number {
    const theta = Math.log(psi);
    const atMode = this.logWeight(mode);
    const term = (u: number) => Math.exp(this.logWeight(u) - atMode + (u - mode) * theta);
    let sum = 1;
    for (const direction of [step, -step]) {
      for (
        let u = mode + direction, size = 1;
        u >= this.lowest && u <= this.highest && size > negligible;
        u += direction
      ) {
        size = term(u);
        sum += size;
      }
    }
    return sum * step;
  }

  /** About the standard deviation at an odds ratio with this mode (Cornfield): from the four cells of the table. */
  private deviation(mode: number): number {
    const cells = [mode, this.canary - mode, this.bad - mode, this.rest + mode];
    return 1 / Math.sqrt(cells.reduce((sum, cell) => sum + 1 / cell, 0));
  }
}

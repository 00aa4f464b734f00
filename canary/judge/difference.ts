import { isInformative, type Table } from "./counts.ts";
import { Evidence, Proof } from "./evidence.ts";
import { logLikelihoods } from "./hypergeometric.ts";
import { OddsGrid } from "./odds-grid.ts";
import { Tested } from "./tested.ts";

/** What of a difference between the sides is too much, and what is too little to matter. */
export interface Limits {
  /** Odds ratio of canary to stable up to which nothing fails, at least 1. Of rare requests it is the ratio of the rates. */
  readonly tolerance: number;
  /** Odds ratio that must be excluded for a pass, above the tolerance. */
  readonly worse: number;
  /** Percentage points that the canary must have more of bad requests before it fails, 0 to 100. */
  readonly floorPoints: number;
}

/** The alternatives to what is tolerated: so many times its odds. One is near whatever the truth is, and the mean follows the best. */
export const timesWorse = [1.2, 1.5, 2, 3, 5, 10, 30, 100] as const;

/**
 * The canary against the stable side of the same slices. It is too bad to pass where its odds may be the worse factor of the stable
 * side's.
 */
export class Difference extends Tested {
  private readonly limits: Limits;
  private readonly grid: OddsGrid;
  private readonly logs: Float64Array;
  protected readonly evidence: Evidence;
  protected readonly proof = new Proof([1 / 3, 1 / 3, 1 / 3]);
  private recent = new Excess();

  constructor(limits: Limits, cut: number) {
    super();
    this.limits = limits;
    const { tolerance, worse } = limits;
    const odds = [tolerance, ...timesWorse.map((times) => tolerance * times), worse, 0.75, 1, worse ** (1 / 3)];
    this.grid = new OddsGrid(Float64Array.from(odds, Math.log));
    this.logs = new Float64Array(odds.length);
    this.evidence = new Evidence(timesWorse.length, cut);
  }

  add(table: Table): void {
    if (this.worse <= 1) this.recent = new Excess();
    this.recent.add(table);
    if (!isInformative(table)) return;
    logLikelihoods(table, this.grid, this.logs);
    this.evidence.add(this.logs, 0);
    this.proof.add(this.logs, 1 + timesWorse.length);
  }

  /** How many percentage points more of the canary's requests are bad, in the slices since which the evidence is above 1. */
  get excessPoints(): number {
    return this.recent.points;
  }

  /** Whether a difference as large as the one that is seen matters. The floor is a gate: it can only prevent a fail. */
  get matters(): boolean {
    return this.excessPoints >= this.limits.floorPoints;
  }
}

/** The difference of two rates over slices, by the weights of Mantel and Haenszel: blind to what moves both sides. */
class Excess {
  private difference = 0;
  private weight = 0;

  add({ stable, canary }: Table): void {
    const requests = stable.requests + canary.requests;
    if (requests === 0) return;
    this.difference += (canary.bad * stable.requests - stable.bad * canary.requests) / requests;
    this.weight += (canary.requests * stable.requests) / requests;
  }

  get points(): number {
    return this.weight === 0 ? 0 : (100 * this.difference) / this.weight;
  }
}

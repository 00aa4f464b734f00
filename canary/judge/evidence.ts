/** Share of the stake that bets on a canary that is worse from its first request on; the rest waits for one that becomes worse later. */
const fromTheStart = 0.75;

/** What is kept back for slices after this one, of 1 in all: falls so slowly that an hour of slices leaves a twelfth. */
const keptBack = (slices: number): number => 1 / Math.log2(slices + 2);

/** Evidence stays below this: no sum of it overflows, and no verdict needs more. */
const mostEvidence = 1e100;

/**
 * Evidence that the canary is worse than is tolerated: one bet for each alternative, each a product of the likelihood ratios of the
 * slices, and their mean. While the canary is within the tolerance the expected factor of a slice is at most 1, so that the evidence is a
 * supermartingale from 1 on: the chance that it ever reaches 1/alpha is at most alpha (Ville), however often one looks.
 *
 * - No slice multiplies a bet by more than `cut`: E[min(L, cut)] <= E[L] <= 1. Errors come in bursts, which no formula knows.
 * - A quarter of the stake is put in slice by slice, as by the prior of a change point (Shiryaev): a canary that was well for an hour
 *   has lost the stake of the start, and must not live on that.
 */
export class Evidence {
  private readonly bets: Float64Array;
  private readonly cut: number;
  private slices = 0;
  private kept = keptBack(0);

  /** @param cut largest factor of one slice, above 1; Infinity for none */
  constructor(alternatives: number, cut: number) {
    this.bets = new Float64Array(alternatives).fill(fromTheStart);
    this.cut = Math.log(cut);
  }

  /**
   * One slice that says something; slices that do not must be left out.
   *
   * @param logs log-likelihoods of it: at `from` that of what is tolerated, behind it those of the alternatives
   */
  add(logs: Float64Array, from: number): void {
    this.slices += 1;
    const kept = keptBack(this.slices);
    const stake = (1 - fromTheStart) * (this.kept - kept);
    this.kept = kept;
    const tolerated = logs[from] as number;
    for (let index = 0; index < this.bets.length; index++) {
      const growth = Math.min(this.cut, (logs[from + 1 + index] as number) - tolerated);
      this.bets[index] = Math.min(mostEvidence, ((this.bets[index] as number) + stake) * Math.exp(growth));
    }
  }

  /** The e-value: 1 without any evidence, `1/alpha` where an error rate of alpha lets one reject. */
  get value(): number {
    let sum = 0;
    for (const bet of this.bets) sum += bet;
    return sum / this.bets.length + (1 - fromTheStart) * this.kept;
  }
}

/**
 * Evidence that the canary is good enough: the same for alternatives on the good side, from the first request on and without a cut,
 * for a burst of good requests is no trap.
 */
export class Proof {
  private readonly logs: Float64Array;
  private readonly weights: readonly number[];

  /** @param weights of the alternatives; they sum to 1 */
  constructor(weights: readonly number[]) {
    this.weights = weights;
    this.logs = new Float64Array(weights.length);
  }

  /** As {@link Evidence.add}; at `from` stands what must be excluded. */
  add(logs: Float64Array, from: number): void {
    const excluded = logs[from] as number;
    for (let index = 0; index < this.logs.length; index++) {
      this.logs[index] = (this.logs[index] as number) + (logs[from + 1 + index] as number) - excluded;
    }
  }

  get value(): number {
    return this.after(1);
  }

  /** The e-value when there is `times` as much of what was seen so far. */
  after(times: number): number {
    const largest = Math.log(mostEvidence);
    return this.logs.reduce(
      (sum, log, index) => sum + (this.weights[index] as number) * Math.exp(Math.min(largest, log * times)),
      0,
    );
  }
}

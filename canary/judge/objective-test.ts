import type { Counts } from "./counts.ts";
import { timesWorse } from "./difference.ts";
import { Evidence, Proof } from "./evidence.ts";
import { Tested } from "./tested.ts";

/**
 * Alternatives on the good side, as shares of the allowed odds. Nearly all of the stake is on "none at all": a canary without a bad
 * request passes with the request that makes it true, and one with some needs the rest of the stake to grow.
 */
const better = [
  { times: 1e-6, weight: 0.98 },
  { times: 0.1, weight: 0.013 },
  { times: 0.4, weight: 0.007 },
] as const;

/** The canary alone against a share of bad requests that is allowed: what {@link Difference} becomes beside a stable side without end. */
export class ObjectiveTest extends Tested {
  private readonly logOdds: readonly number[];
  /** Logarithm of what a request's chances sum to at each of them, so that `bad * logOdds - requests * this` is a log-likelihood. */
  private readonly perRequest: readonly number[];
  private readonly logs: Float64Array;
  protected readonly evidence: Evidence;
  protected readonly proof = new Proof(better.map(({ weight }) => weight));

  /** @param allowed share of the requests that may be bad, between 0 and 1 */
  constructor(allowed: number, cut: number) {
    super();
    const odds = [1, ...timesWorse, 1, ...better.map(({ times }) => times)];
    this.logOdds = odds.map(Math.log);
    this.perRequest = odds.map((times) => Math.log1p(allowed * (times - 1)));
    this.logs = new Float64Array(odds.length);
    this.evidence = new Evidence(timesWorse.length, cut);
  }

  add({ requests, bad }: Counts): void {
    if (requests === 0) return;
    for (let index = 0; index < this.logs.length; index++) {
      this.logs[index] = bad * (this.logOdds[index] as number) - requests * (this.perRequest[index] as number);
    }
    this.evidence.add(this.logs, 0);
    this.proof.add(this.logs, 1 + timesWorse.length);
  }
}

import logBinomial from "@stdlib/math-base-special-binomcoefln";

/** A rate 0..1 that was counted, and what it may be. */
export interface RateInterval {
  readonly rate: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * The exact interval of a share (Clopper and Pearson 1934): it holds the true one with a chance of at least `confidence`, whatever that is,
 * where requests go bad independently of each other. It is for one look, and no confidence sequence. Undefined without requests.
 *
 * @param bad how many of the requests are counted, 0 to `requests`
 * @param confidence between 0 and 1, both excluded
 * @throws RangeError where a number is outside of the ranges named above
 */
export function rateInterval(bad: number, requests: number, confidence: number): RateInterval | undefined {
  if (!Number.isInteger(requests) || requests < 0)
    throw new RangeError(`requests is ${requests}: allowed are integers from 0.`);
  if (!Number.isInteger(bad) || bad < 0 || bad > requests)
    throw new RangeError(`bad is ${bad}: allowed are integers from 0 to ${requests}.`);
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence is ${confidence}: allowed is between 0 and 1.`);
  if (requests === 0) return undefined;
  const tail = (1 - confidence) / 2;
  return {
    rate: bad / requests,
    lower: lowerBound(bad, requests, tail),
    upper: 1 - lowerBound(requests - bad, requests, tail),
  };
}

/** The share at which so many bad ones or more have a chance of `tail`. */
function lowerBound(bad: number, requests: number, tail: number): number {
  if (bad === 0) return 0;
  const logWays = logBinomial(requests, bad);
  let [low, high] = [0, bad / requests];
  // The chance rises with the share; 60 halvings are finer than a double.
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    if (chanceOfAtLeast(bad, requests, middle, logWays) > tail) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** Above the mean the chances fall from each count to the next: what comes after a negligible one is left out. */
function chanceOfAtLeast(bad: number, requests: number, share: number, logWays: number): number {
  if (share === 0) return 0;
  if (share === 1) return 1;
  const odds = share / (1 - share);
  let chance = Math.exp(logWays + bad * Math.log(share) + (requests - bad) * Math.log1p(-share));
  let sum = 0;
  for (let count = bad; count <= requests && chance > sum * 1e-16; count += 1) {
    sum += chance;
    chance *= ((requests - count) / (count + 1)) * odds;
  }
  return sum;
}

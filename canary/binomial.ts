/** A count of requests out of many, as chance alone would give it. */
interface BinomialQuestion {
  /** How many requests were sent; an integer of at least 1. */
  readonly trials: number;
  /** The chance, 0..1, that one request goes to the side that is counted. */
  readonly probability: number;
  /** How sure the interval must be, between 0 and 1 (exclusive), for example 0.999. */
  readonly confidence: number;
}

/** Inclusive bounds of a count. */
export interface CountInterval {
  readonly lowest: number;
  readonly highest: number;
}

/**
 * The central interval of the binomial distribution: a right split falls below `lowest` with a chance of at most
 * `(1 - confidence) / 2`, and above `highest` with at most the same. It is summed from the exact distribution, not from its normal
 * approximation, so it also holds near 0 and 1; at 0 and at 1 it is a single number, for there one stray request proves a wrong route.
 *
 * @throws RangeError where a number is outside the range named above
 */
export function binomialInterval(question: BinomialQuestion): CountInterval {
  const { trials, confidence } = checked(question);
  const chances = distribution(question);
  const tail = (1 - confidence) / 2;

  let lowest = 0;
  for (let below = chances[0] ?? 0; lowest < trials && below <= tail; below += chances[lowest] ?? 0) lowest += 1;
  let highest = trials;
  for (let above = chances[trials] ?? 0; highest > 0 && above <= tail; above += chances[highest] ?? 0) highest -= 1;
  return { lowest, highest };
}

function checked(question: BinomialQuestion): BinomialQuestion {
  const { trials, probability, confidence } = question;
  if (!Number.isInteger(trials) || trials < 1)
    throw new RangeError(`trials is ${trials}: allowed are integers from 1.`);
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`probability is ${probability}: allowed is 0..1.`);
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`confidence is ${confidence}: allowed is between 0 and 1.`);
  return question;
}

/** The chance of each count 0..trials, built up in logarithms: factorials of 2,000 overflow a double. */
function distribution({ trials, probability }: BinomialQuestion): readonly number[] {
  if (probability === 0 || probability === 1) {
    return Array.from({ length: trials + 1 }, (_, count) => (count === trials * probability ? 1 : 0));
  }
  const odds = Math.log(probability) - Math.log1p(-probability);
  const chances: number[] = [];
  let logChance = trials * Math.log1p(-probability);
  for (let count = 0; count <= trials; count++) {
    chances.push(Math.exp(logChance));
    logChance += Math.log(trials - count) - Math.log(count + 1) + odds;
  }
  return chances;
}

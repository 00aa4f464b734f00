declare const weightBrand: unique symbol;

/**
 * The canary's share of the traffic: an integer from 0 to 100, in percent. The stable side has the rest, so that the two sides of
 * one `Weight` cannot but sum to 100.
 */
export type Weight = number & { readonly [weightBrand]: true };

/** The words for what {@link isWeight} accepts, as messages use them. */
export const weightRange = "an integer from 0 to 100";

/** Whether a number is a {@link Weight}. */
export const isWeight = (value: number): value is Weight => Number.isInteger(value) && value >= 0 && value <= 100;

/** @throws RangeError where the number is not an integer from 0 to 100 */
export function toWeight(value: number): Weight {
  if (!isWeight(value)) throw new RangeError(`Invalid weight: ${value}. Allowed: ${weightRange}.`);
  return value;
}

/** Both shares in percent; they sum to 100. */
export interface TrafficSplit {
  readonly stable: Weight;
  readonly canary: Weight;
}

export const splitOf = (canary: Weight): TrafficSplit => ({ stable: toWeight(100 - canary), canary });

import { toWeight, type Weight } from "../weight.ts";

/** How long a weight is kept: whole seconds, or until somebody promotes. */
export type Bake = number | "manual";

/** One rung of the ladder. */
export interface Stage {
  readonly weight: Weight;
  readonly bake: Bake;
}

/**
 * The way of a canary from its first request to all of them. Weights rise, and the last one is 100; its bake is 0 unless both sides
 * are to be kept for a while after that.
 */
export interface Plan {
  readonly stages: readonly [Stage, ...Stage[]];
}

/** The bake of a stage for which none is given, in seconds: as long as an objective's window by default. */
export const defaultBake = 60;

/**
 * A plan of these stages, with 100 put at the end where it is missing.
 *
 * @throws RangeError that names the weight which does not rise
 */
export function createPlan(stages: readonly Stage[]): Plan {
  const [first, ...others] = stages;
  const weights = stages.map(({ weight }) => weight);
  const wrong = weights.findIndex((weight, index) => weight <= (weights[index - 1] ?? 0));
  if (!first || wrong >= 0) {
    const after = wrong > 0 ? ` comes after ${weights[wrong - 1]}` : " is the first";
    const cause = first ? `weight ${weights[wrong]}${after}` : "there is no weight";
    throw new RangeError(`${cause}; allowed: weights that rise, from 1 to 100`);
  }
  const end = weights.at(-1) === 100 ? [] : [{ weight: toWeight(100), bake: 0 }];
  return { stages: [first, ...others, ...end] };
}

/** The weight that promotion goes to from this one; undefined at 100. A weight that is on no stage goes to the next that is higher. */
export const nextWeight = ({ stages }: Plan, current: Weight): Weight | undefined =>
  stages.find(({ weight }) => weight > current)?.weight;

/** The shortest bake of a plan, in seconds, without manual ones and the last stage's; undefined where there is none. */
export function shortestBake({ stages }: Plan): number | undefined {
  const seconds = stages.slice(0, -1).flatMap(({ bake }) => (bake === "manual" ? [] : [bake]));
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

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

/** How long the stage of a weight is kept at least, in seconds; 0 for a weight that is on no stage, and for a stage without a time. */
export function bakeAt(plan: Plan, current: Weight): number {
  const bake = bakeOf(plan, current);
  return bake === "manual" ? 0 : bake;
}

/** The bake of the stage of a weight; 0 for a weight that is on no stage. */
export const bakeOf = ({ stages }: Plan, current: Weight): Bake =>
  stages.find(({ weight }) => weight === current)?.bake ?? 0;

/** The weights that a release at this one still has before it on the way to 100 percent. */
export const weightsBetween = ({ stages }: Plan, current: Weight): readonly Weight[] =>
  stages.map(({ weight }) => weight).filter((weight) => weight > current && weight < 100);

/** The shortest time that a plan waits at a weight by itself, in seconds; undefined where it never does. */
export function shortestBake(plan: Plan): number | undefined {
  const seconds = waitingStages(plan).flatMap(({ bake }) => (bake === "manual" ? [] : [bake]));
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

/** The stages that are stayed at: all of them, but for 100 at the end where nothing is waited for. */
export const waitingStages = ({ stages }: Plan): readonly Stage[] =>
  stages.filter(({ weight, bake }) => weight < 100 || bake !== 0);

/** The stages at which a canary that has as many of all pods as its weight needs, rounded up, gets more of them. */
export const growingStages = ({ stages }: Plan, pods: number): readonly Stage[] => {
  const needed = (stage?: Stage) => Math.ceil((pods * (stage?.weight ?? 0)) / 100);
  return stages.filter((stage, index) => needed(stage) > needed(stages[index - 1]));
};

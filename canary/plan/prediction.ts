import { formatDuration } from "../duration.ts";
import type { Weight } from "../weight.ts";
import { type Bake, type Plan, type Stage, waitingStages } from "./plan.ts";

/** What a prediction assumes beside the plan itself, in seconds. */
export interface Timing {
  /** From when pods are asked for until they are ready. Default 20. */
  readonly podsReady: number;
  /** How often on the way that is waited for: a number, not seconds. Default 1, the canary's pods at the start. */
  readonly podStarts: number;
  /** From the decision until a new weight holds in every sidecar. Default 1. */
  readonly move: number;
  /** From the decision to go back until no request reaches the canary, at most. Default 2. */
  readonly rollback: number;
  /** What a stage is measured for after its bake. Default 0, for no analysis. */
  readonly analysis: number;
  /** What is waited for before the first stage's own bake. Default nothing. */
  readonly rehearsal: readonly Bake[];
}

/**
 * Measured on two cores: pods with a sidecar ready after 15 to 20 s; a new weight in all sidecars after 0.25 to 0.34 s, to which a
 * controller adds a round of its work; an abort to the last answer of the canary 0.2 to 0.4 s, which must not take more than 2.
 */
export const measuredTiming: Timing = { podsReady: 20, podStarts: 1, move: 1, rollback: 2, analysis: 0, rehearsal: [] };

export interface Prediction {
  /** Seconds from the start of a release until the canary has all the traffic, without what people take to decide. */
  readonly promotionSeconds: number;
  /** How often somebody must decide on the way. */
  readonly decisions: number;
  /** Seconds, at any stage: the weight goes back in one move. */
  readonly rollbackSeconds: number;
}

/** How long a plan takes: pods whenever there have to be more, the rehearsal, and each stage's move, bake and analysis. */
export function predict(plan: Plan, timing: Partial<Timing> = {}): Prediction {
  const { podsReady, podStarts, move, rollback, analysis, rehearsal } = { ...measuredTiming, ...timing };
  const bakes = [...rehearsal, ...plan.stages.map(({ bake }) => bake)];
  const baked = bakes.reduce<number>((sum, bake) => sum + (bake === "manual" ? 0 : bake), 0);
  return {
    promotionSeconds: podStarts * podsReady + plan.stages.length * move + baked + waitingStages(plan).length * analysis,
    decisions: bakes.filter((bake) => bake === "manual").length,
    rollbackSeconds: rollback,
  };
}

/** What a plan that people follow still takes at a weight. */
export interface Remaining {
  /** Seconds that this weight and those after it are kept at least. */
  readonly seconds: number;
  /** Promotions until all traffic is the canary's. */
  readonly promotions: number;
}

export function remainingAt({ stages }: Plan, current: Weight): Remaining {
  const ahead = stages.filter(({ weight }) => weight >= current && weight < 100);
  return {
    seconds: ahead.reduce((sum, { bake }) => sum + (bake === "manual" ? 0 : bake), 0),
    promotions: stages.filter(({ weight }) => weight > current).length,
  };
}

/** How a plan is told. */
interface PlanView {
  /** Percent of the traffic that a weight really gives; by default itself. */
  readonly shareAt?: (weight: Weight) => number;
  /** Whether each step is taken by a person: then a time is the least that a step is kept. */
  readonly isByHand?: boolean;
}

/** A plan in one line, such as `10% for 1m, 30% until promoted, 100%`, or by hand `10% for at least 1m, …`. */
export function describePlan(
  { stages }: Plan,
  { shareAt = (weight) => weight, isByHand = false }: PlanView = {},
): string {
  const time = ({ bake }: Stage) => {
    if (bake === "manual") return " until promoted";
    return bake === 0 ? "" : ` for ${isByHand ? "at least " : ""}${formatDuration(bake)}`;
  };
  return stages.map((stage) => `${Number(shareAt(stage.weight).toFixed(1))}%${time(stage)}`).join(", ");
}

import { growingStages, type Plan } from "../canary/plan/plan.ts";
import {
  describePlan,
  measuredTiming,
  type Prediction,
  predict,
  remainingAt,
  type Timing,
} from "../canary/plan/prediction.ts";
import { replicaRatio } from "../canary/replica-ratio.ts";
import { factsOf } from "../canary/strategies.ts";
import { toWeight, type Weight } from "../canary/weight.ts";
import { experimentSeconds } from "../components/rollout/render-rollout-canary.ts";
import { goodRunSeconds } from "../components/slo/render-analysis.ts";
import { passSeconds } from "../components/slo/render-judge-template.ts";
import type { LabConfig } from "./config/schema.ts";
import { isJudged } from "./judged.ts";

/** The steps of a stack, as its outputs and a preview show them. */
interface ReleasePlan extends Pick<Prediction, "decisions" | "rollbackSeconds"> {
  /** Such as `20% until promoted, 30% for 1m, 100%`. */
  readonly ladder: string;
  /** Only where a controller keeps the times of the plan: people promote when they do. */
  readonly promotionSeconds?: number;
}

/**
 * Pods come as the weight grows, and those of an experiment by themselves. A mirror is kept for as long as the first weight, and so is
 * an experiment, each before it.
 */
function rolloutTiming(config: LabConfig): Partial<Timing> {
  const { analysis, objective, plan, replicas, rolloutCanary } = config;
  const [first] = plan.stages;
  return {
    podStarts: growingStages(plan, replicas).length + (rolloutCanary.experiment ? 1 : 0),
    ...((analysis === "step" || analysis === "both") && {
      analysis: isJudged(config) ? passSeconds : goodRunSeconds(objective),
    }),
    rehearsal: [
      ...(rolloutCanary.mirrorPercent > 0 ? [first.bake] : []),
      ...(rolloutCanary.experiment ? [experimentSeconds(first)] : []),
    ],
  };
}

/** @returns undefined where the strategy follows no plan */
export function releasePlan(config: LabConfig): ReleasePlan | undefined {
  const { plan, replicas, strategy } = config;
  switch (factsOf(strategy).steps) {
    case "rollout":
      return { ladder: describePlan(plan), ...predict(plan, rolloutTiming(config)) };
    case "route":
      return byHand(plan, measuredTiming.rollback);
    case "pods":
      // Few pods know few shares, and those are what users meet. A weight is a number of pods, which must start first, also on the way back.
      return byHand(plan, measuredTiming.podsReady, (weight) => replicaRatio(replicas, weight).share);
    case "none":
      return undefined;
  }
}

const byHand = (plan: Plan, rollbackSeconds: number, shareAt?: (weight: Weight) => number): ReleasePlan => ({
  ladder: describePlan(plan, { isByHand: true, ...(shareAt && { shareAt }) }),
  decisions: plan.stages.length,
  rollbackSeconds,
});

/** How long a release takes, in seconds without what people take to decide; undefined where the strategy follows no plan. */
export interface PlanLength {
  readonly seconds: number;
  readonly decisions: number;
}

/** Where people take the steps it is the least that these are kept. */
export function planLength(config: LabConfig): PlanLength | undefined {
  const release = releasePlan(config);
  if (!release) return undefined;
  const { promotionSeconds = remainingAt(config.plan, toWeight(0)).seconds, decisions } = release;
  return { seconds: promotionSeconds, decisions };
}

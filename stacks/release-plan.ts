import { growingStages } from "../canary/plan/plan.ts";
import { describePlan, measuredTiming, type Prediction, predict, type Timing } from "../canary/plan/prediction.ts";
import { replicaRatio } from "../canary/replica-ratio.ts";
import { factsOf } from "../canary/strategies.ts";
import type { Weight } from "../canary/weight.ts";
import { experimentSeconds } from "../components/rollout/render-rollout-canary.ts";
import { goodRunSeconds } from "../components/slo/render-analysis.ts";
import type { LabConfig } from "./config/schema.ts";

/** The ladder of a stack and how long it takes, as the stack's outputs and a preview show it. */
export interface ReleasePlan extends Prediction {
  /** Such as `20% until promoted, 30% for 1m, 100%`. */
  readonly ladder: string;
}

/** What a strategy does in another time than a route takes; undefined for those that climb no ladder. */
function timingOf(config: LabConfig): Partial<Timing> | undefined {
  switch (factsOf(config.strategy).steps) {
    case "route":
      return {};
    case "rollout":
      return rolloutTiming(config);
    case "pods":
      // A weight is a number of pods, which must start first, also on the way back.
      return { podsReady: 0, move: measuredTiming.podsReady, rollback: measuredTiming.podsReady };
    case "none":
      return undefined;
  }
}

/**
 * Pods come as the weight grows, and those of an experiment by themselves. A mirror is kept for as long as the first weight, and so is
 * an experiment, each before it.
 */
function rolloutTiming({ analysis, objective, plan, replicas, rolloutCanary }: LabConfig): Partial<Timing> {
  const [first] = plan.stages;
  return {
    podStarts: growingStages(plan, replicas).length + (rolloutCanary.experiment ? 1 : 0),
    ...((analysis === "step" || analysis === "both") && { analysis: goodRunSeconds(objective) }),
    rehearsal: [
      ...(rolloutCanary.mirrorPercent > 0 ? [first.bake] : []),
      ...(rolloutCanary.experiment ? [experimentSeconds(first)] : []),
    ],
  };
}

/** @returns undefined where the strategy climbs no ladder */
export function releasePlan(config: LabConfig): ReleasePlan | undefined {
  const { plan, replicas, strategy } = config;
  const timing = timingOf(config);
  // Few pods know few shares, and those are what users meet.
  const shareAt =
    factsOf(strategy).steps === "pods" ? (weight: Weight) => replicaRatio(replicas, weight).share : undefined;
  return timing && { ladder: describePlan(plan, shareAt), ...predict(plan, timing) };
}

import { describePlan, measuredTiming, type Prediction, predict, type Timing } from "../canary/plan/prediction.ts";
import { goodRunSeconds } from "../components/slo/render-analysis.ts";
import type { LabConfig } from "./lab-config.ts";

/** The ladder of a stack and how long it takes, as the stack's outputs and a preview show it. */
export interface ReleasePlan extends Prediction {
  /** Such as `20% until promoted, 30% for 1m, 100%`. */
  readonly ladder: string;
}

/** What a strategy does in another time than a route takes; undefined for those that climb no ladder. */
function timingOf({ strategy, analysis, objective }: LabConfig): Partial<Timing> | undefined {
  switch (strategy) {
    case "istio":
    case "gateway-api":
      return {};
    case "rollout-canary":
      return analysis === "step" || analysis === "both" ? { analysis: goodRunSeconds(objective) } : {};
    case "replica-ratio":
      // A weight is a number of pods, which must start first, also on the way back.
      return { podsReady: 0, move: measuredTiming.podsReady, rollback: measuredTiming.podsReady };
    case "nginx-header":
    case "rollout-blue-green":
    case "rolling-update":
      return undefined;
  }
}

/** @returns undefined where the strategy climbs no ladder */
export function releasePlan(config: LabConfig): ReleasePlan | undefined {
  const timing = timingOf(config);
  return timing && { ladder: describePlan(config.plan), ...predict(config.plan, timing) };
}

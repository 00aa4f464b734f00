import { describePlan, measuredTiming, type Prediction, predict, type Timing } from "../canary/plan/prediction.ts";
import type { LabConfig } from "./lab-config.ts";
import type { StrategyName } from "./strategy-name.ts";

/** The ladder of a stack and how long it takes, as the stack's outputs and a preview show it. */
export interface ReleasePlan extends Prediction {
  /** Such as `20% until promoted, 30% for 1m, 100%`. */
  readonly ladder: string;
}

/** What a strategy does in another time than a route takes; undefined for those that climb no ladder. */
const timings: Record<StrategyName, Partial<Timing> | undefined> = {
  istio: {},
  "gateway-api": {},
  "rollout-canary": {},
  // A weight is a number of pods, which must start first, also on the way back.
  "replica-ratio": { podsReady: 0, move: measuredTiming.podsReady, rollback: measuredTiming.podsReady },
  "nginx-header": undefined,
  "rollout-blue-green": undefined,
  "rolling-update": undefined,
};

/** @returns undefined where the strategy climbs no ladder */
export function releasePlan({ plan, strategy }: LabConfig): ReleasePlan | undefined {
  const timing = timings[strategy];
  return timing && { ladder: describePlan(plan), ...predict(plan, timing) };
}

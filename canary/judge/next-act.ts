import type { Bake } from "../plan/plan.ts";
import type { Conclusion } from "./conclusion.ts";

/** What is known of a step of the plan. */
export interface StepSeen {
  /** Percent of the traffic that the canary is to have; 0 before the first step. */
  readonly weight: number;
  readonly bake: Bake;
  /** Since the route has this weight. */
  readonly seconds: number;
  readonly verdict: Conclusion["verdict"];
  /** Requests to the canary that were counted at this weight. */
  readonly requests: number;
  /** How long a step waits for a verdict after its bake time, in seconds. */
  readonly patienceSeconds: number;
}

/** What whoever walks the plan does now. `ask` and `give up` leave the traffic where it is. */
export type Act = "wait" | "advance" | "roll back" | "ask" | "give up";

/**
 * Nothing advances without a pass and a request at the present weight, and nothing before its bake time is over. A fail is acted on at
 * once. A step that is kept until somebody promotes is left by a person.
 */
export function nextAct({ weight, bake, seconds, verdict, requests, patienceSeconds }: StepSeen): Act {
  if (weight === 0) return "advance"; // without a share there is no evidence to wait for
  if (verdict === "fail") return "roll back";
  const bakeSeconds = bake === "manual" ? 0 : bake;
  if (seconds < bakeSeconds) return "wait";
  if (verdict !== "pass" || requests === 0) {
    // At 100 % there is no stable side left to compare with.
    return weight < 100 && seconds < bakeSeconds + patienceSeconds ? "wait" : "give up";
  }
  return bake === "manual" ? "ask" : "advance";
}

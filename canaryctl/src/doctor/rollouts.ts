import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import { readRollout } from "../../../canary/rollout/rollout-status.ts";
import { rolloutFault } from "../../../canary/rollout/rollout-words.ts";
import type { RolloutFacts } from "./facts.ts";

/** What a Rollout's controller says of its release; null where there is no Rollout. */
export function rolloutFacts(rollout: RolloutObject | undefined): RolloutFacts | null {
  if (!rollout) return null;
  const status = readRollout(rollout);
  const isUnderWay = !status.isFullyPromoted && !status.isAborted && status.isObserved && status.hashes.stable !== "";
  return {
    fault: status.phase === "Degraded" ? rolloutFault(status) : undefined,
    isAborted: status.isAborted,
    headerRoutes: isUnderWay ? headerRoutes(rollout, status.step ?? 0) : [],
  };
}

/** The names of the routes that the steps before `step` have made and not taken away again. */
function headerRoutes({ spec }: RolloutObject, step: number): readonly string[] {
  const routes = new Set<string>();
  for (const { setHeaderRoute } of (spec.strategy.canary?.steps ?? []).slice(0, step)) {
    if (!setHeaderRoute) continue;
    if (setHeaderRoute.match?.length) routes.add(setHeaderRoute.name);
    else routes.delete(setHeaderRoute.name);
  }
  return [...routes];
}

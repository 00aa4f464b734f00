import { factsOf } from "../../canary/strategies.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";

/**
 * Who answers callers without a sidecar, in words: for them the application's own Service is all there is.
 *
 * @param canary its share in the mesh, in percent
 */
export function outsideMesh(
  { strategy, isolation }: Pick<LabConfig, "strategy" | "isolation">,
  canary: number,
): string {
  if (isolation.mode === "enforce" && isolation.mutualTls === "strict") return "nobody: mutual TLS is strict";
  const { servicePods, owner } = factsOf(strategy);
  if (servicePods === "active") return "the active colour";
  if (servicePods === "every")
    return owner === "rollout-controller"
      ? "all pods, the canary's too while there are any, whatever the weights"
      : "all pods, as callers in the mesh";
  return servicePods === "by-share" && canary > 0 ? "the pods of both sides, whatever the weights" : "the stable side";
}

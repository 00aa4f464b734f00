import type { PlatformPart } from "../cluster/target.ts";
import type { LabConfig } from "./lab-config.ts";
import { weightOwner } from "./strategies/strategy-name.ts";

/** Where the Rollouts controller of a stack watches; undefined where it has none. */
export function rolloutsScope({ rollouts, strategy }: LabConfig): "cluster" | "namespace" | undefined {
  if (rollouts !== "auto") return rollouts;
  return weightOwner(strategy) === "rollout-controller" ? "cluster" : undefined;
}

/** What a stack needs of its cluster beside the mesh. */
export function platformParts(config: LabConfig): readonly PlatformPart[] {
  const needed: Record<PlatformPart, boolean> = {
    monitoring: config.monitoring,
    rollouts: rolloutsScope(config) !== undefined,
    "gateway-api": config.strategy === "gateway-api",
  };
  return (Object.keys(needed) as PlatformPart[]).filter((part) => needed[part]);
}

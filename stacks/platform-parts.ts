import { factsOf } from "../canary/strategies.ts";
import type { PlatformPart } from "../cluster/target.ts";
import type { LabConfig } from "./config/schema.ts";

/** Where the Rollouts controller of a stack watches; undefined where it has none. */
export function rolloutsScope({ rollouts, strategy }: LabConfig): "cluster" | "namespace" | undefined {
  if (rollouts !== "auto") return rollouts;
  return factsOf(strategy).needs.includes("rollouts") ? "cluster" : undefined;
}

/** What a stack needs of its cluster beside the mesh. */
export function platformParts(config: LabConfig): readonly PlatformPart[] {
  const needed: Record<PlatformPart, boolean> = {
    monitoring: config.monitoring,
    rollouts: rolloutsScope(config) !== undefined,
    "gateway-api": factsOf(config.strategy).needs.includes("gateway-api"),
  };
  return (Object.keys(needed) as PlatformPart[]).filter((part) => needed[part]);
}

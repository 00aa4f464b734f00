import { factsOf } from "../canary/strategies.ts";
import { type PlatformPart, platformPartNames } from "../cluster/target.ts";
import type { LabConfig } from "./config/schema.ts";

/** What of a config says which parts of the platform there are. */
export type PartsConfig = Pick<LabConfig, "platform" | "strategy" | "monitoring" | "rollouts" | "gatewayApi">;

/** Where the Rollouts controller of a stack watches; undefined where it has none. */
export function rolloutsScope({
  rollouts,
  strategy,
}: Pick<PartsConfig, "rollouts" | "strategy">): "cluster" | "namespace" | undefined {
  if (rollouts !== "auto") return rollouts;
  return factsOf(strategy).needs.includes("rollouts") ? "cluster" : undefined;
}

/** What a stack's application stands on beside the mesh, whoever installs it. */
export function neededParts(config: PartsConfig): readonly PlatformPart[] {
  const needed: Record<PlatformPart, boolean> = {
    monitoring: config.monitoring,
    rollouts: rolloutsScope(config) !== undefined,
    "gateway-api": config.gatewayApi || factsOf(config.strategy).needs.includes("gateway-api"),
  };
  return platformPartNames.filter((part) => needed[part]);
}

/** Whether a stack installs mesh, monitoring and controllers itself. */
export const isOwner = ({ platform }: Pick<PartsConfig, "platform">): boolean => platform === "own";

/** The value of `platform` for one that no stack of this project installed; as `owner` of facts it says the same. */
export const existingPlatform = "existing";

/** What a stack installs beside the mesh. */
export const platformParts = (config: PartsConfig): readonly PlatformPart[] =>
  isOwner(config) ? neededParts(config) : [];

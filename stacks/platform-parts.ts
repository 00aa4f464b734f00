import { factsOf, type StrategyName, strategyNames } from "../canary/strategies.ts";
import { type PlatformPart, platformPartNames } from "../cluster/target.ts";
import type { LabConfig } from "./config/schema.ts";

/** What of a config says which parts of the platform there are. */
export type PartsConfig = Pick<
  LabConfig,
  "platform" | "strategy" | "monitoring" | "rollouts" | "gatewayApi" | "istioCni"
> &
  Partial<Pick<LabConfig, "services">>;

/** Whether the stack's application or one of its services needs a part by its strategy. */
function isNeeded(
  part: "rollouts" | "gateway-api",
  { strategy, services = {} }: Pick<PartsConfig, "strategy" | "services">,
) {
  const all = [strategy, ...Object.values(services).map((own) => own.strategy)];
  const known = all.filter((name): name is StrategyName => strategyNames.some((one) => one === name));
  return known.some((name) => factsOf(name).needs.includes(part));
}

/** Where the Rollouts controller of a stack watches; undefined where it has none. */
export function rolloutsScope({
  rollouts,
  ...config
}: Pick<PartsConfig, "rollouts" | "strategy" | "services">): "cluster" | "namespace" | undefined {
  if (rollouts !== "auto") return rollouts;
  return isNeeded("rollouts", config) ? "cluster" : undefined;
}

/** What a stack's applications stand on beside the mesh, whoever installs it. */
export function neededParts(config: PartsConfig): readonly PlatformPart[] {
  const needed: Record<PlatformPart, boolean> = {
    monitoring: config.monitoring,
    rollouts: rolloutsScope(config) !== undefined,
    "gateway-api": config.gatewayApi || isNeeded("gateway-api", config),
    "istio-cni": config.istioCni,
  };
  return platformPartNames.filter((part) => needed[part]);
}

/** Whether the stack's own application can be analysed: a part that a service needs is nothing to it. */
export const isAnalysed = (config: PartsConfig): boolean =>
  config.monitoring && neededParts({ ...config, services: {} }).includes("rollouts");

/** Whether a stack installs mesh, monitoring and controllers itself. */
export const isOwner = ({ platform }: Pick<PartsConfig, "platform">): boolean => platform === "own";

/** The value of `platform` for one that no stack of this project installed; as `owner` of facts it says the same. */
export const existingPlatform = "existing";

/** What a stack installs beside the mesh. */
export const platformParts = (config: PartsConfig): readonly PlatformPart[] =>
  isOwner(config) ? neededParts(config) : [];

import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { type UserError, withNext } from "@canary-lab/kit/user-error";
import { factsOf } from "../../canary/strategies.ts";
import type { LabConfig } from "../config/schema.ts";
import type { PlatformFacts } from "../platform-facts.ts";

/** The canary's share in percent, as it is live and as it is to be. */
export interface Rise {
  readonly from: number;
  readonly to: number;
}

/** What a rise is judged by. */
export interface GatedStack {
  readonly client: Pick<ClusterClient, "get">;
  readonly config: LabConfig;
  readonly platform: Pick<PlatformFacts, "monitoring">;
}

type GateConfig = Pick<LabConfig, "strategy" | "gate" | "judgeOverride" | "monitoring">;

/** Whether the config has the judge asked before the canary gets more: it needs monitoring, and callers that tell the sides apart. */
const asksJudge = (config: GateConfig): boolean =>
  config.gate === "judge" && config.monitoring && factsOf(config.strategy).counted !== "not";

/** Whether a rise is judged at all; elsewhere nothing is asked of the cluster for it. */
export const isGated = (config: GateConfig): boolean => asksJudge(config) && config.judgeOverride === undefined;

/** Why a rise must wait; undefined where it may be made. The one judge of canaryctl and of the program. A first share has no evidence. */
export async function riseFault(
  { client, config, platform: { monitoring } }: GatedStack,
  { from, to }: Rise,
  override: string,
): Promise<UserError | undefined> {
  if (from === 0 || to <= from || !isGated(config) || !monitoring) return undefined;
  // The judge's functions take 0.4 s to load.
  const { judgedFault } = await import("./judged-rise.ts");
  return judgedFault({ client, config, monitoring }, { from, to }, override);
}

/** The override and its reason, in words, for as long as it stands; undefined without one. */
export const standingOverride = (config: GateConfig): string | undefined =>
  asksJudge(config) && config.judgeOverride !== undefined
    ? withNext(
        `The judge is not asked before the canary gets more, for as long as judgeOverride stands: ${config.judgeOverride}`,
        "npx canaryctl config rm judgeOverride",
      )
    : undefined;

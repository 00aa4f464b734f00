import type { RollingUpdateSpec } from "../../components/rolling-update/render-rolling-update.ts";
import type { RolloutBlueGreenOptions, ScaleDown } from "../../components/rollout/rollout-types.ts";

/** Where Argo Rollouts watches: the cluster where a strategy needs it (`auto`), the cluster in any case, or one namespace. */
export const rolloutsScopes = ["auto", "cluster", "namespace"] as const;
export type RolloutsScope = (typeof rolloutsScopes)[number];

/** When the analysis of a canary runs: after each weight, all the time beside the weights, both, or not at all. */
export const analysisModes = ["off", "step", "background", "both"] as const;
export type AnalysisMode = (typeof analysisModes)[number];

/** Settings of strategy rollout-blue-green. What an analysis looks at follows from the application; here it is whether there is one. */
export interface BlueGreenOptions
  extends Omit<RolloutBlueGreenOptions, "prePromotionAnalysis" | "postPromotionAnalysis"> {
  /** Whether the preview is analysed before the switch. */
  readonly prePromotionAnalysis: boolean;
  /** Whether the new active colour is analysed after the switch, which goes back where it fails. */
  readonly postPromotionAnalysis: boolean;
}

/** Settings of strategy rolling-update. */
export type RollingUpdateOptions = Pick<
  RollingUpdateSpec,
  "maxSurge" | "maxUnavailable" | "revisionHistoryLimit" | "minReadySeconds"
>;

/** How a live Deployment becomes a Rollout. */
export interface MigrationOptions {
  /** When the Deployment's pods go: not at all, when the Rollout's are all ready, or one by one with them. */
  readonly scaleDown: ScaleDown;
}

export const scaleDowns = ["never", "onsuccess", "progressively"] as const satisfies readonly ScaleDown[];

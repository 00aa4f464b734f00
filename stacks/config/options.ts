import type { PodCount } from "../../components/rolling-update/render-rolling-update.ts";
import type { ScaleDown } from "../../components/rollout/rollout-types.ts";

/** Where Argo Rollouts watches: the cluster where a strategy needs it (`auto`), the cluster in any case, or one namespace. */
export const rolloutsScopes = ["auto", "cluster", "namespace"] as const;
export type RolloutsScope = (typeof rolloutsScopes)[number];

/** When the analysis of a canary runs: after each weight, all the time beside the weights, both, or not at all. */
export const analysisModes = ["off", "step", "background", "both"] as const;
export type AnalysisMode = (typeof analysisModes)[number];

/** Settings of strategy rollout-blue-green. */
export interface BlueGreenOptions {
  /** Whether the preview becomes active without a promotion. Default false. */
  readonly autoPromotionEnabled: boolean;
  /** Seconds until it does, 1..86400; only with `autoPromotionEnabled`, at once where absent. */
  readonly autoPromotionSeconds?: number;
  /** Pods of the preview before its promotion, 1..50; as many as of the active side where absent. */
  readonly previewReplicaCount?: number;
  /** Whether the preview is analysed before the switch. Default false. */
  readonly prePromotionAnalysis: boolean;
  /** Whether the new side is analysed after the switch, which goes back where it fails. Default false. */
  readonly postPromotionAnalysis: boolean;
  /** Seconds that the old side's pods stay after the switch, 0..3600. Default 30. */
  readonly scaleDownDelaySeconds: number;
  /** How many old sides may wait for that at once, 0..10; no limit where absent. */
  readonly scaleDownDelayRevisionLimit?: number;
  /** Seconds that the preview's pods stay after an abort, 0..3600, where 0 keeps them. Default 30. */
  readonly abortScaleDownDelaySeconds: number;
}

/** Settings of strategy rolling-update. */
export interface RollingUpdateOptions {
  /** Pods above the replicas while an update runs: 0..50, or 0%..100%. Default 1. */
  readonly maxSurge: PodCount;
  /** Pods that may be missing while an update runs: 0..50, or 0%..100%. Default 0. Not both are 0. */
  readonly maxUnavailable: PodCount;
  /** Old revisions that are kept for an undo, 0..100. Default 10. */
  readonly revisionHistoryLimit: number;
  /** Seconds that a new pod must be ready before it counts, 0..3600. Default 0. */
  readonly minReadySeconds: number;
}

/** How a live Deployment becomes a Rollout. */
export interface MigrationOptions {
  /** When the Deployment's pods go: not at all, when the Rollout's are all ready, or one by one with them. */
  readonly scaleDown: ScaleDown;
}

export const scaleDowns = ["never", "onsuccess", "progressively"] as const satisfies readonly ScaleDown[];

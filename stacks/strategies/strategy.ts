import type { SharedResources, StrategyOutputs } from "../../components/strategy.ts";
import type { LabConfig } from "../config/schema.ts";
import type { LiveRun } from "../live/live-run.ts";
import type { Platform } from "../platform.ts";

export interface StrategyContext {
  readonly config: LabConfig;
  readonly platform: Platform;
  readonly live: LiveRun;
  readonly shared: SharedResources;
}

/** A way to release: it makes the workloads and what sends them their traffic. */
export type Strategy = (context: StrategyContext) => StrategyOutputs;

/** The image that the pods of a strategy with one workload are to run, as the config names it. */
export const revisionReference = ({ canaryEnabled, canaryImage, stableImage }: LabConfig): string =>
  canaryEnabled ? canaryImage : stableImage;

/** What the stack asks of its Rollout, as its guards need to know it. */
export const askedRollout = ({ app, namespace, canaryEnabled, autoscaling, replicas }: LabConfig) => ({
  app,
  namespace,
  isCanary: canaryEnabled,
  replicas: autoscaling ? undefined : replicas,
});

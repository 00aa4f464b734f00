import type { RolloutObject } from "./rollout-object.ts";
import { durationSeconds } from "./rollout-status.ts";

/** A fault that the controller takes back within this time is none: it reads Services and Rollouts from caches of different ages. */
export const passingFaultMilliseconds = 3000;

const defaults = { progressDeadlineSeconds: 600, stepSeconds: 30, analysisSeconds: 900 };

/**
 * How long a Rollout may take, in seconds, without what a person decides: the pauses and experiments of its own steps, half a minute for
 * each step's routes and pods, the time in which the controller itself gives up on pods, and fifteen minutes for each analysis.
 */
export function patienceSeconds({ spec }: RolloutObject): number {
  const { canary, blueGreen } = spec.strategy;
  const steps = canary?.steps ?? [];
  const lengths = steps.flatMap(({ pause, experiment }) => pause?.duration ?? experiment?.duration ?? []);
  const analyses = [
    canary?.analysis,
    blueGreen?.prePromotionAnalysis,
    blueGreen?.postPromotionAnalysis,
    ...steps.map(({ analysis }) => analysis),
  ].filter((analysis) => analysis !== undefined);
  return (
    lengths.reduce<number>((sum, duration) => sum + (durationSeconds(duration) || 0), 0) +
    (blueGreen?.autoPromotionSeconds ?? 0) +
    (steps.length + 1) * defaults.stepSeconds +
    (spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds) +
    analyses.length * defaults.analysisSeconds
  );
}

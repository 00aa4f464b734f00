import type { CanaryStepObject, RolloutObject } from "./rollout-object.ts";
import { durationSeconds } from "./rollout-status.ts";

/** A fault that the controller takes back within this time is none: it reads Services and Rollouts from caches of different ages. */
export const passingFaultMilliseconds = 3000;

const defaults = { progressDeadlineSeconds: 600, stepSeconds: 30, analysisSeconds: 900 };

/**
 * How long a Rollout may take, in seconds, without what a person decides: the pauses of its own steps, half a minute for each step's
 * routes, the time in which the controller itself gives up on pods, and fifteen minutes where it is analysed.
 */
export function patienceSeconds({ spec }: RolloutObject): number {
  const { canary, blueGreen } = spec.strategy;
  const steps = canary?.steps ?? [];
  const sum = (seconds: (step: CanaryStepObject) => number) => steps.reduce((total, step) => total + seconds(step), 0);
  const pauses = sum(({ pause }) => (pause?.duration === undefined ? 0 : durationSeconds(pause.duration) || 0));
  const isAnalysed =
    canary?.analysis ??
    blueGreen?.prePromotionAnalysis ??
    blueGreen?.postPromotionAnalysis ??
    steps.find(({ analysis, experiment }) => analysis ?? experiment);
  return (
    pauses +
    (blueGreen?.autoPromotionSeconds ?? 0) +
    (steps.length + 1) * defaults.stepSeconds +
    (spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds) +
    (isAnalysed ? defaults.analysisSeconds : 0)
  );
}

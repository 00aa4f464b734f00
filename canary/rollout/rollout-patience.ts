import type { RolloutObject } from "./rollout-object.ts";

/** A fault that the controller takes back within this time is none: it reads Services and Rollouts from caches of different ages. */
export const passingFaultMilliseconds = 3000;

const defaults = { progressDeadlineSeconds: 600, stepSeconds: 30 };

/**
 * How long a Rollout may take until its release is under way, in seconds: the time in which the controller itself gives up on pods, and
 * half a minute for each step's routes and pods, where no step is stayed at.
 */
export function patienceSeconds({ spec }: RolloutObject): number {
  const steps = spec.strategy.canary?.steps ?? [];
  return (steps.length + 1) * defaults.stepSeconds + (spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds);
}

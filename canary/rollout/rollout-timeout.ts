import type { RolloutObject } from "./rollout-object.ts";
import type { RolloutStatus } from "./rollout-status.ts";

/**
 * A fault that the controller takes back within this time, in milliseconds, is none: it reads Services and Rollouts from caches of
 * different ages. At a spec that it found invalid, such as one whose route was gone, it looks again after 10 s at most (argo-rollouts 1.9.1,
 * utils/queue, DefaultArgoRolloutsRateLimiter).
 */
export const passingFaultMilliseconds = ({ message }: Pick<RolloutStatus, "message">): number =>
  message.startsWith("InvalidSpec") ? 12_000 : 3000;

const defaults = { progressDeadlineSeconds: 600, stepSeconds: 30 };

/**
 * How long a Rollout may take until its release is under way, in seconds: the time in which the controller itself gives up on pods, and
 * half a minute for each step's routes and pods, where no step is stayed at.
 */
export function rolloutTimeoutSeconds({ spec }: RolloutObject): number {
  const steps = spec.strategy.canary?.steps ?? [];
  return (steps.length + 1) * defaults.stepSeconds + (spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds);
}

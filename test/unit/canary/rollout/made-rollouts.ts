import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";

export type Status = NonNullable<RolloutObject["status"]>;

const steps = [{ setWeight: 10 }, { pause: {} }, { setWeight: 30 }, { pause: { duration: "1m" } }, { setWeight: 60 }];

/** What the controller says of a Rollout at its first step. */
export const observed: Status = {
  observedGeneration: "3",
  currentPodHash: "new",
  stableRS: "old",
  currentStepIndex: 1,
};

/** A canary of five steps with this status; undefined where no controller has looked at it. */
export function canary(status: Status | undefined, spec: Partial<RolloutObject["spec"]> = {}): RolloutObject {
  return {
    metadata: { name: "versioned-echo", generation: 3 },
    spec: { replicas: 2, strategy: { canary: { steps } }, ...spec },
    ...(status && { status }),
  };
}

export function blueGreen(status: Status, options: NonNullable<RolloutObject["spec"]["strategy"]["blueGreen"]> = {}) {
  return canary(status, { strategy: { blueGreen: options } });
}

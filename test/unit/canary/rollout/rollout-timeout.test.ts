import { expect, test } from "@jest/globals";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { rolloutTimeoutSeconds } from "../../../../canary/rollout/rollout-timeout.ts";

const timeout = (strategy: RolloutObject["spec"]["strategy"], progressDeadlineSeconds?: number) =>
  rolloutTimeoutSeconds({
    metadata: { name: "versioned-echo" },
    spec: { strategy, ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }) },
  });

test("timeout is the deadline for pods and half a minute for each step, and no pause of the plan", () => {
  const steps = [{ setWeight: 10 }, { pause: {} }, { pause: { duration: "1h" } }];
  expect(timeout({ canary: { steps } }, 120)).toBe(4 * 30 + 120);
  expect(timeout({ blueGreen: { autoPromotionSeconds: 20 } })).toBe(30 + 600);
});

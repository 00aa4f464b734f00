import { expect, test } from "@jest/globals";
import type { RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { patienceSeconds } from "../../../../canary/rollout/rollout-patience.ts";

const patience = (strategy: RolloutObject["spec"]["strategy"], progressDeadlineSeconds?: number) =>
  patienceSeconds({
    metadata: { name: "versioned-echo" },
    spec: { strategy, ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }) },
  });

test("patience is the deadline for pods and half a minute for each step, and no pause of the plan", () => {
  const steps = [{ setWeight: 10 }, { pause: {} }, { pause: { duration: "1h" } }];
  expect(patience({ canary: { steps } }, 120)).toBe(4 * 30 + 120);
  expect(patience({ blueGreen: { autoPromotionSeconds: 20 } })).toBe(30 + 600);
});

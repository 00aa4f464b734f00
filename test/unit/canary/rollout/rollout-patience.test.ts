import { describe, expect, test } from "@jest/globals";
import type { CanaryStepObject, RolloutObject } from "../../../../canary/rollout/rollout-object.ts";
import { patienceSeconds } from "../../../../canary/rollout/rollout-patience.ts";
import { renderRolloutCanary } from "../../../../components/rollout/render-rollout-canary.ts";
import { analysisOf } from "../../../../components/slo/analysis.ts";
import { renderEchoPod } from "../../../../components/workload/render-pod.ts";
import { parseConfig, type RawConfig } from "../../../../stacks/config/parse-config.ts";
import { releasePlan } from "../../../../stacks/release-plan.ts";
import { defaults, worldVariables } from "../../stacks/sample-config.ts";

describe("patience", () => {
  const patience = (strategy: RolloutObject["spec"]["strategy"], progressDeadlineSeconds?: number) =>
    patienceSeconds({
      metadata: { name: "versioned-echo" },
      spec: { strategy, ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }) },
    });
  const steps: readonly CanaryStepObject[] = [{ setWeight: 10 }, { pause: {} }, { pause: { duration: "30s" } }];

  test("is the pauses with an end, half a minute for each step, and the deadline for pods", () => {
    expect(patience({ canary: { steps } }, 120)).toBe(30 + 4 * 30 + 120);
    expect(patience({ blueGreen: { autoPromotionSeconds: 20 } })).toBe(20 + 30 + 600);
  });

  test("grows with each analysis and each experiment", () => {
    const analysed = { steps: [...steps, { analysis: {} }, { analysis: {} }], analysis: {} };
    expect(patience({ canary: analysed }, 120)).toBe(30 + 6 * 30 + 120 + 3 * 900);
    expect(patience({ blueGreen: { prePromotionAnalysis: {}, postPromotionAnalysis: {} } })).toBe(30 + 600 + 2 * 900);
    expect(patience({ canary: { steps: [...steps, { experiment: { duration: "1h" } }] } }, 120)).toBe(
      30 + 5 * 30 + 120 + 3600,
    );
  });
});

describe("patience is longer than what the stack itself predicts", () => {
  const analysed: RawConfig = { analysis: "step", monitoring: true };
  const rehearsed = { headerRoute: true, mirrorPercent: 20, experiment: true };

  test.each<RawConfig>([
    { plan: "10-30-60" },
    { plan: { linear: { step: 1 }, bake: "1s" }, replicas: 10 },
    { plan: { weights: [10, 30, 60], bake: "5m" }, ...analysed, objective: { window: "5m" } },
    { plan: { linear: { step: 10 }, bake: "5m" }, ...analysed, objective: { window: "5m" } },
    { plan: { linear: { step: 10 }, bake: "1m" }, ...analysed, analysis: "both" },
    { plan: { weights: [10, 30], bake: "1h" }, rolloutCanary: rehearsed, replicas: 10 },
    { plan: "90-70-50-0", rolloutCanary: rehearsed },
  ])("for %j", (changes) => {
    const all = { ...defaults, strategy: "rollout-canary", rollouts: "cluster", ...changes };
    const config = parseConfig(all, worldVariables);
    const { app, namespace, replicas, plan } = config;
    const stepAnalysis = analysisOf(app, { host: app, subset: "v2" }, "step");
    const rollout = renderRolloutCanary({
      app,
      namespace,
      replicas,
      plan,
      reference: "versioned-echo:v2",
      pods: { template: renderEchoPod({ app, version: "v2", image: "echo:v2" }) },
      ...config.rolloutCanary,
      ...(config.analysis !== "off" && { stepAnalysis }),
    });
    expect(patienceSeconds(rollout)).toBeGreaterThan(releasePlan(config)?.promotionSeconds ?? Number.POSITIVE_INFINITY);
  });
});

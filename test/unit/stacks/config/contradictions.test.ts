import { describe, expect, test } from "@jest/globals";
import { factsOf, strategyNames } from "../../../../canary/strategies.ts";
import type { RawConfig } from "../../../../stacks/config/parse-config.ts";
import { problemsOf } from "./problems-of.ts";

const withAnalysis = { analysis: "step", monitoring: true, strategy: "rollout-canary" };

describe("values that do not go together", () => {
  test.each<readonly [RawConfig, string]>([
    [
      { ...withAnalysis, strategy: "istio" },
      'analysis is "step" while strategy is istio, which does not read it; allowed: off, or strategy rollout-canary',
    ],
    [
      { ...withAnalysis, monitoring: false },
      'analysis is "step" while monitoring is false; allowed: off, or monitoring true',
    ],
    [
      { strategy: "rollout-blue-green", blueGreen: { postPromotionAnalysis: true } },
      "blueGreen.postPromotionAnalysis is true while monitoring is false; allowed: false, or monitoring true",
    ],
    [
      { strategy: "rollout-canary", monitoring: true, blueGreen: { prePromotionAnalysis: true } },
      "blueGreen.prePromotionAnalysis is true while strategy is rollout-canary, which does not read it; allowed: false, or strategy rollout-blue-green",
    ],
    [
      { strategy: "rollout-blue-green", replicas: 2, blueGreen: { previewReplicaCount: 3 } },
      "blueGreen.previewReplicaCount is 3 while replicas is 2: a preview is no larger than what it becomes; allowed: 1 to 2, or more replicas",
    ],
    [
      { ...withAnalysis, analysisBy: "objective", plan: { weights: [10], bake: "30s" } },
      'plan has a bake of 30s while analysis is "step" by the objective and objective.window 1m; allowed: a bake of 1m or more, or a shorter window',
    ],
    [
      { ...withAnalysis, objective: { p95Milliseconds: 30_001 } },
      "objective.p95Milliseconds is 30001 while analysisBy is judge, which sees no times above 30000; allowed: at most 30000, or analysisBy objective",
    ],
    [
      { ...withAnalysis, plan: { weights: [100] } },
      'plan is 100% while analysis is "step", and nothing would be analysed; allowed: a weight below 100, or analysis off',
    ],
    [
      { strategy: "rollout-canary", plan: { linear: { step: 100 } }, rolloutCanary: { experiment: true } },
      "plan is 100% while rolloutCanary.experiment is true, and nothing would be tried; allowed: a weight below 100, or experiment false",
    ],
    [
      { blueGreen: { autoPromotionSeconds: 5 } },
      "blueGreen.autoPromotionSeconds is 5 while blueGreen.autoPromotionEnabled is false, and would be ignored; allowed: no autoPromotionSeconds, or autoPromotionEnabled true",
    ],
    [
      { rollingUpdate: { maxSurge: "0%", maxUnavailable: 0 } },
      "rollingUpdate.maxSurge is 0% and rollingUpdate.maxUnavailable 0: no pod could ever be replaced; allowed: one of them above 0",
    ],
    [
      { isolation: { mode: "enforce" }, strategy: "nginx-header" },
      "isolation.mutualTls is strict while strategy is nginx-header, whose ingress controller is outside of the mesh and would be refused; allowed: permissive, or another strategy",
    ],
    [
      { isolation: { mode: "enforce", mutualTls: "permissive", callers: ["shop"] } },
      "isolation.callers is set while isolation.mutualTls is permissive, where callers in plain text have no name; allowed: no callers, or mutualTls strict",
    ],
    [
      { isolation: { mode: "enforce", quota: { pods: 15, cpu: "1", memory: "4Gi" } } },
      'isolation.quota.pods is "15" while a release may take 16; allowed: that or more, or no pods',
    ],
    [
      { isolation: { mode: "enforce", quota: { memory: "1Gi" } } },
      'isolation.quota.memory is "1Gi" while a release may take 2Gi; allowed: that or more, or no memory',
    ],
    [
      { migration: { scaleDown: "never" } },
      'migration.scaleDown is "never" while strategy is istio, which does not read it; allowed: no migration, or strategy rollout-canary',
    ],
    [
      { policy: { mode: "enforce" }, rollouts: "namespace" },
      "policy.mode is enforce while rollouts is namespace, whose controller would be refused in the application's namespace; allowed: warn, or rollouts cluster",
    ],
    [
      { stickyCookie: "side", strategy: "gateway-api" },
      'stickyCookie is "side" while strategy is gateway-api, which does not read it; allowed: an empty stickyCookie, or strategy istio',
    ],
    [
      { platform: "dev", istiodReplicas: 2 },
      'istiodReplicas is "2" while platform is dev, so this stack installs nothing that reads it; allowed: 1, and set it in stack dev; or platform own',
    ],
    [{ platform: "no stack" }, 'platform is "no stack"; allowed: own, existing, or the name of a stack'],
    [
      { platform: "existing", istiodReplicas: 2 },
      'istiodReplicas is "2" while platform is existing, so this stack installs nothing that reads it; allowed: 1; or platform own',
    ],
    [
      { platform: "dev", istioRevision: "prod" },
      'istioRevision is "prod" while platform is dev, whose parts are known; allowed: an empty istioRevision, or platform existing',
    ],
    [
      { ingressGateway: "istio-ingress/istio-ingress" },
      'ingressGateway is "istio-ingress/istio-ingress" while platform is own, whose parts are known; allowed: an empty ingressGateway, or platform existing',
    ],
    [{ platform: "existing", prometheus: "kps" }, 'prometheus is "kps"; allowed: NAMESPACE/NAME'],
    [
      { platform: "dev", gatewayNodePort: 30081 },
      'gatewayNodePort is "30081" while platform is dev, so this stack installs nothing that reads it; allowed: 30080, and set it in stack dev; or platform own',
    ],
    ...(["rollouts", "gatewayApi", "argoCd"] as const).map((key): readonly [RawConfig, string] => {
      const [value, unset] = key === "rollouts" ? ["cluster", "auto"] : ["true", "false"];
      return [
        { platform: "dev", [key]: value },
        `${key} is "${value}" while platform is dev, so this stack installs nothing that reads it; allowed: ${unset}, and set it in stack dev; or platform own`,
      ];
    }),
  ])("%j", (change, problem) => expect(problemsOf(change)).toEqual([problem]));

  test.each<RawConfig>([
    { platform: "existing", istioRevision: "1-29-1", ingressGateway: "a/b", prometheus: "c/d" },
    { ...withAnalysis, plan: { weights: [10], bake: "30s" }, objective: { window: "30s" } },
    { ...withAnalysis, plan: "25" },
    { ...withAnalysis },
    { ...withAnalysis, plan: { steps: [{ weight: 100, bake: "1m" }] } },
    { strategy: "istio", plan: { weights: [100] }, rolloutCanary: { experiment: true } },
    {
      strategy: "rollout-blue-green",
      monitoring: true,
      replicas: 2,
      blueGreen: { prePromotionAnalysis: true, postPromotionAnalysis: true, previewReplicaCount: 2 },
    },
    { blueGreen: { autoPromotionSeconds: 5, autoPromotionEnabled: true } },
    { rollingUpdate: { maxSurge: 0, maxUnavailable: "1%" } },
    { strategy: "rollout-canary", migration: { scaleDown: "progressively" } },
    { stickyCookie: "side" },
    { autoscaling: { maxReplicas: 2 } },
    { platform: "acme/canary-lab/dev", monitoring: true, strategy: "rollout-canary" },
    // What is left as it is by default contradicts nothing: the defaults here are those of the schema.
    { platform: "dev" },
  ])("%j do", (change) => expect(problemsOf(change)).toEqual([]));

  test.each(strategyNames)(
    "%s: traffic to a canary that does not run is refused where the config sends it",
    (strategy) => {
      const problems = factsOf(strategy).owner === "pulumi" ? 1 : 0;
      expect(problemsOf({ strategy, canaryEnabled: false, canaryWeight: 10 })).toHaveLength(problems);
      expect(problemsOf({ strategy, canaryEnabled: false, canaryWeight: 0 })).toEqual([]);
    },
  );
});

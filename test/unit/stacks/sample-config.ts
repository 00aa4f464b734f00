import { presetPlan } from "../../../canary/plan/presets.ts";
import { toWeight } from "../../../canary/weight.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";

/** The defaults of Pulumi.yaml, with what a world adds. */
export const sampleConfig: LabConfig = {
  canaryWeight: toWeight(10),
  strategy: "istio",
  plan: presetPlan("10-30-60"),
  objective: { errorRate: 0.01, p95Milliseconds: 250, windowSeconds: 60, minimumRequests: 100 },
  analysis: "off",
  rolloutCanary: { headerRoute: false, mirrorPercent: 0, experiment: false, abortScaleDownDelaySeconds: 30 },
  blueGreen: {
    autoPromotionEnabled: false,
    prePromotionAnalysis: false,
    postPromotionAnalysis: false,
    scaleDownDelaySeconds: 30,
    abortScaleDownDelaySeconds: 30,
  },
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0, revisionHistoryLimit: 10, minReadySeconds: 0 },
  namespace: "canary-lab",
  app: "versioned-echo",
  stableImage: "versioned-echo:v1",
  canaryImage: "versioned-echo:v2",
  canaryEnabled: true,
  replicas: 2,
  canaryReplicas: 2,
  istiodReplicas: 1,
  gatewayNodePort: 30080,
  monitoring: false,
  rollouts: "auto",
  argoCd: false,
  kubeContext: "canary-lab",
  imageRegistry: "198.18.0.1:5001",
};

import type { StrategyName } from "../../../canary/strategies.ts";
import type { RawConfig } from "../../../stacks/config/parse-config.ts";

/** A stack without its canary, where the config's own numbers have to agree with that. */
const idle = { canaryEnabled: false, canaryWeight: 0 };
const monitored = { monitoring: true };
/** A service of the user's own, with each of its options. */
const otherService = {
  ...monitored,
  stableImage: "registry.example/podinfo:6.9.1",
  canaryImage: "registry.example/podinfo:6.9.2",
  service: {
    port: 9898,
    healthPath: "/healthz",
    probes: { readiness: { path: "/readyz", timeoutSeconds: 3 } },
    command: ["./podinfo"],
    args: ["--port=9898"],
    environment: { LEVEL: "debug", TOKEN: { secret: "api", key: "token" } },
    resources: { requests: { cpu: "50m" }, limits: { cpu: 1 } },
    user: 100,
    readOnlyRootFilesystem: false,
    metrics: { port: 9797, statusLabel: "status" },
  },
};

/** For each way to release the stacks whose manifests differ in shape: each option is on in one of them and off in another. */
export const variations: Readonly<Record<StrategyName, Readonly<Record<string, RawConfig>>>> = {
  istio: {
    plain: {},
    "without canary": idle,
    "all traffic on the canary": { canaryWeight: 100 },
    "sticky and monitored": { stickyCookie: "version", ...monitored },
    "another service": otherService,
    "kept apart": { isolation: { mode: "enforce", callers: ["shop", "shop/cart"] }, ...monitored },
  },
  "gateway-api": { plain: {}, "without canary": idle, monitored, "another service": otherService },
  "nginx-header": { plain: {}, "without canary": idle },
  "replica-ratio": {
    plain: {},
    "nine to one": { replicas: 10 },
    "without canary": idle,
    "canary alone": { canaryWeight: 100 },
    monitored,
  },
  "rolling-update": {
    plain: {},
    "without canary": idle,
    "another service": otherService,
    "ready for long": { rollingUpdate: { minReadySeconds: 3600 } },
    "in percent": {
      rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%", revisionHistoryLimit: 2, minReadySeconds: 5 },
    },
  },
  "rollout-canary": {
    plain: {},
    "without canary": idle,
    "by hand": { plan: "90-70-50-0" },
    "by hand, then by time": { plan: "20-pause-30-60s" },
    linear: { plan: { linear: { step: 20 }, bake: "5m" } },
    exponential: { plan: { exponential: { start: 5, factor: 2 }, bake: "manual" } },
    "without header route": { rolloutCanary: { headerRoute: false } },
    mirror: { rolloutCanary: { mirrorPercent: 20 } },
    experiment: { rolloutCanary: { experiment: true, abortScaleDownDelaySeconds: 0 }, ...monitored },
    "analysis as a step": { analysis: "step", ...monitored },
    "analysis in the background": { analysis: "background", ...monitored },
    "analysis both ways": { analysis: "both", ...monitored },
    "analysis by the objective": { analysis: "both", analysisBy: "objective", ...monitored },
    "migration, never": { migration: { scaleDown: "never" } },
    "migration, onsuccess": { migration: { scaleDown: "onsuccess" } },
    "migration, progressively": { migration: { scaleDown: "progressively" } },
    "controller of the namespace": { rollouts: "namespace" },
    "another service": otherService,
  },
  "rollout-blue-green": {
    plain: {},
    "without canary": idle,
    "promoted by itself": { blueGreen: { autoPromotionEnabled: true, autoPromotionSeconds: 10 } },
    "small preview": { blueGreen: { previewReplicaCount: 1, scaleDownDelayRevisionLimit: 1 } },
    analysed: { blueGreen: { prePromotionAnalysis: true, postPromotionAnalysis: true }, ...monitored },
  },
};

import { listPrices } from "../../canary/cost.ts";
import { parseDuration } from "../../canary/duration.ts";
import { type JudgeSettings, judgeDefaults, mostFactor, speakers } from "../../canary/judge/config.ts";
import type { Objective } from "../../canary/slo/objective.ts";
import type { ScaleDown } from "../../components/rollout/rollout-types.ts";
import { between, boolean, distinct, duration, fromTo, integer, matching, object, oneOf, podCount } from "./values.ts";

const seconds = integer(0, 3600).describe("Seconds, 0 to 3600");

/** Most pods that a side of an application may have. */
export const mostReplicas = 50;

// The engine replaces a default object whole where a stack sets one field of it, so the defaults of fields are here and not in Pulumi.yaml.

export const objective = object({
  errorRate: between(0, 1).default(0.01),
  p95Milliseconds: integer(1, 60_000).default(250),
  // A rate needs a few scrapes, and the slowest burn-rate alert looks back 72 windows.
  window: duration("15s", "5m").default("1m"),
  minimumRequests: integer(1, 1_000_000).default(100).describe("Requests in a window; with fewer nothing is concluded"),
}).transform(({ window, ...rest }): Objective => ({ ...rest, windowSeconds: parseDuration(window) as number }));

const limits = ({ tolerance, worse, floorPoints }: JudgeSettings["errors"]) => ({
  tolerance: fromTo(1, mostFactor)
    .default(tolerance)
    .describe("Odds of a bad request, against the stable side's, up to which nothing fails"),
  worse: fromTo(1, mostFactor).default(worse).describe("Odds that a pass excludes, above the tolerance"),
  floorPoints: fromTo(0, 100)
    .default(floorPoints)
    .describe("Percentage points more of bad requests below which a difference does not matter"),
});

const { alpha, beta, mayFail, errors, latency } = judgeDefaults;
export const judge = object({
  alpha: between(0, 0.5)
    .default(alpha)
    .describe("Chance that a healthy canary is failed in its whole release, shared among those that may fail it"),
  beta: between(0, 0.5).default(beta).describe("Chance that a bad canary passes a test"),
  mayFail: distinct(speakers).default([...mayFail]),
  errors: object(limits(errors)).prefault({}),
  latency: object({
    ...limits(latency),
    floorMilliseconds: fromTo(0, 30_000)
      .default(latency.floorMilliseconds)
      .describe("Edges of the histogram below this are not compared"),
    warmUpSeconds: fromTo(0, 3600)
      .default(latency.warmUpSeconds)
      .describe("Seconds from the canary's first request on whose latency is left out"),
  }).prefault({}),
});

export const rolloutCanary = object({
  headerRoute: boolean
    .default(true)
    .describe("Whether a request with X-Canary v2 reaches the canary until it is promoted in full"),
  mirrorPercent: integer(0, 100)
    .default(0)
    .describe("Percent of the requests that are copied to the canary before it answers any, 0 to 100"),
  experiment: boolean.default(false).describe("Whether a baseline runs beside the canary at its first weight"),
  abortScaleDownDelaySeconds: seconds.default(30),
});

/** What an analysis looks at follows from the application; here it is whether there is one. */
export const blueGreen = object({
  autoPromotionEnabled: boolean.default(false).describe("Whether the preview becomes active without a promotion"),
  autoPromotionSeconds: integer(1, 86_400).optional(),
  previewReplicaCount: integer(1, mostReplicas)
    .optional()
    .describe("Pods of the preview until its promotion, 1 to 50; left out: as many as are active"),
  prePromotionAnalysis: boolean
    .default(false)
    .describe("Whether the preview is analysed before the switch; needs monitoring"),
  postPromotionAnalysis: boolean
    .default(false)
    .describe("Whether what is active is analysed after the switch, which goes back where it fails; needs monitoring"),
  scaleDownDelaySeconds: seconds.default(30),
  scaleDownDelayRevisionLimit: integer(0, 10).optional(),
  abortScaleDownDelaySeconds: seconds.default(30),
});

export const rollingUpdate = object({
  maxSurge: podCount.default(1),
  maxUnavailable: podCount.default(0),
  revisionHistoryLimit: integer(0, 100).default(10),
  minReadySeconds: seconds.default(0),
});

export const autoscaling = object({
  minReplicas: integer(1, mostReplicas).default(2),
  maxReplicas: integer(1, mostReplicas),
  targetCpuUtilization: integer(1, 100).default(70).describe("Percent of the CPU that a pod asks for, 1 to 100"),
});

/** How a live Deployment becomes a Rollout: when its pods go. */
export const migration = object({
  scaleDown: oneOf(["never", "onsuccess", "progressively"] satisfies ScaleDown[]),
});

/** What `canaryctl cost` and previews reckon by. */
export const prices = object({
  cpuHour: fromTo(0, 1000).default(listPrices.cpuHour).describe("Price of a CPU for an hour"),
  gibHour: fromTo(0, 1000).default(listPrices.gibHour).describe("Price of a GiB of memory for an hour"),
  currency: matching(/^[A-Z]{3}$/, "three capital letters such as USD").default(listPrices.currency),
});

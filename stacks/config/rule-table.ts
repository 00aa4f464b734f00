import type { Objective } from "../../canary/slo/objective.ts";
import { strategyNames } from "../../canary/strategies.ts";
import type { PodCount } from "../../components/rolling-update/render-rolling-update.ts";
import type { RolloutCanaryOptions } from "../../components/rollout/render-rollout-canary.ts";
import type { AutoscalingOptions } from "../../components/workload/autoscaling.ts";
import type { LabConfig } from "../lab-config.ts";
import { namespace } from "./namespace-rule.ts";
import {
  analysisModes,
  type BlueGreenOptions,
  type MigrationOptions,
  type RollingUpdateOptions,
  rolloutsScopes,
  scaleDowns,
} from "./options.ts";
import { plan } from "./plan-rule.ts";
import {
  anything,
  between,
  boolean,
  duration,
  image,
  integer,
  matching,
  namePart,
  oneOf,
  optional,
  podCount,
  type Rule,
  registryHost,
  weight,
} from "./rules.ts";
import { field, structure } from "./structure.ts";

/** An object's text as the config writes it, with `window` for what is counted in seconds afterwards. */
const objectiveFields = structure<Omit<Objective, "windowSeconds"> & { readonly window: number }>({
  errorRate: field(between(0, 1), 0.01),
  p95Milliseconds: field(integer(1, 60_000), 250),
  // A rate needs a few scrapes, and the slowest burn-rate alert looks back 72 windows.
  window: field(duration("15s", "5m"), 60),
  minimumRequests: field(integer(1, 1_000_000), 100),
});
const objective: Rule<Objective> = {
  ...objectiveFields,
  read: (text, source, report) => {
    const given = objectiveFields.read(text, source, report);
    if (!given) return undefined;
    const { window: windowSeconds, ...rest } = given;
    return { ...rest, windowSeconds };
  },
};

const seconds = integer(0, 3600);

const rolloutCanary = structure<RolloutCanaryOptions>({
  headerRoute: field(boolean, true),
  mirrorPercent: field(integer(0, 100), 0),
  experiment: field(boolean, false),
  abortScaleDownDelaySeconds: field(seconds, 30),
});

const blueGreen = structure<BlueGreenOptions>({
  autoPromotionEnabled: field(boolean, false),
  autoPromotionSeconds: field<number | undefined>(optional(integer(1, 86_400))),
  previewReplicaCount: field<number | undefined>(optional(integer(1, 50))),
  prePromotionAnalysis: field(boolean, false),
  postPromotionAnalysis: field(boolean, false),
  scaleDownDelaySeconds: field(seconds, 30),
  scaleDownDelayRevisionLimit: field<number | undefined>(optional(integer(0, 10))),
  abortScaleDownDelaySeconds: field(seconds, 30),
});

const rollingUpdate = structure<RollingUpdateOptions>({
  maxSurge: field<PodCount>(podCount, 1),
  maxUnavailable: field<PodCount>(podCount, 0),
  revisionHistoryLimit: field(integer(0, 100), 10),
  minReadySeconds: field(seconds, 0),
});

const autoscaling = structure<AutoscalingOptions>({
  minReplicas: field(integer(1, 50), 2),
  maxReplicas: field(integer(1, 50)),
  targetCpuUtilization: field(integer(1, 100), 70),
});

const migration = structure<MigrationOptions>({ scaleDown: field(oneOf(scaleDowns)) });

/** What every key of a stack's config allows. */
export const rules: { readonly [Key in keyof LabConfig]-?: Rule<NonNullable<LabConfig[Key]>> } = {
  canaryWeight: weight,
  strategy: oneOf(strategyNames),
  plan,
  objective,
  analysis: oneOf(analysisModes),
  rolloutCanary,
  blueGreen,
  rollingUpdate,
  migration: optional(migration),
  autoscaling: optional(autoscaling),
  // A token (RFC 6265, RFC 9110), for Envoy and browsers drop a cookie with another name; without %, by which Envoy's formats begin:
  // it would refuse the route table, and every later one.
  stickyCookie: optional(
    matching(/^[\w!#$&'*+.^`|~-]{1,64}$/, "a cookie's name of 1 to 64 letters, digits and -_.!#$&'*+^`|~"),
  ),
  namespace,
  app: matching(
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "1 to 40 lower-case letters, digits and hyphens, first a letter, last no hyphen",
  ),
  stableImage: image,
  canaryImage: image,
  previousImage: optional(image),
  clientImage: image,
  canaryEnabled: boolean,
  replicas: integer(1, 50),
  canaryReplicas: integer(1, 50),
  allowOverload: boolean,
  istiodReplicas: integer(1, 5),
  gatewayNodePort: integer(30_000, 32_767),
  monitoring: boolean,
  rollouts: oneOf(rolloutsScopes),
  argoCd: boolean,
  kubeContext: optional(anything, "CANARY_LAB_KUBE_CONTEXT"),
  kubeconfig: optional(anything, "CANARY_LAB_KUBECONFIG"),
  imageRegistry: optional(
    matching(new RegExp(`^${registryHost}(?:/${namePart})*$`), "host:port or host/path, without a scheme"),
    "CANARY_LAB_IMAGE_REGISTRY",
  ),
  chartMirror: optional(anything, "CANARY_LAB_CHART_MIRROR"),
};

import { UserError } from "@canary-lab/kit/user-error";
import fc from "fast-check";
import { strategyNames } from "../../../canary/strategies.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { defaults, worldVariables } from "../../unit/stacks/sample-config.ts";

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const objectOf = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc.record(fields).map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>); // without what is left out

const text = (pattern: RegExp) => fc.stringMatching(pattern);
const seconds = fc.nat(3600);
const duration = fc.constantFrom("1s", "59s", "90m", "24h", "15s", "1m", "5m", "manual");
const pods = fc.oneof(
  fc.nat(50),
  fc.nat(100).map((percent) => `${percent}%`),
);
const tag = text(/^\w[\w.-]{0,40}$/);
const image = fc.oneof(
  tag.map((name) => `versioned-echo:${name}`),
  text(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?\/[a-z0-9]{1,8}(__[a-z]{1,3})?:\w[\w.-]{0,9}$/),
  text(/^localhost:5000\/[a-z]{1,9}@sha256:[0-9a-f]{64}$/),
);

const plan = fc.oneof(
  fc.constantFrom("90-70-50-0", "10-30-60", "20-pause-30-60s", "25"),
  objectOf({
    weights: fc
      .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1 })
      .map((all) => all.toSorted((a, b) => a - b)),
    bake: maybe(duration),
  }),
  objectOf({ linear: fc.record({ step: fc.integer({ min: 1, max: 100 }) }), bake: maybe(duration) }),
  objectOf({
    exponential: fc.record({ start: fc.integer({ min: 1, max: 100 }), factor: fc.integer({ min: 2, max: 99 }) }),
    bake: maybe(duration),
  }),
);

/** Without a canary there is no share. */
const share = fc.oneof(
  fc.nat(100).map((canaryWeight) => ({ canaryWeight })),
  fc.constant({ canaryEnabled: false, canaryWeight: 0 }),
);

/** Values of each key that reaches an object of the cluster, most of them ones that the config allows. */
const keys: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  strategy: fc.constantFrom(...strategyNames),
  plan,
  objective: objectOf({
    errorRate: maybe(fc.constantFrom(0.000_000_001, 0.01, 0.5, 0.999_999_999)),
    p95Milliseconds: maybe(fc.integer({ min: 1, max: 60_000 })),
    window: maybe(fc.constantFrom("15s", "1m", "77s", "5m")),
    minimumRequests: maybe(fc.integer({ min: 1, max: 1_000_000 })),
  }),
  analysis: fc.constantFrom("off", "step", "background", "both"),
  analysisBy: fc.constantFrom("judge", "objective"),
  rolloutCanary: objectOf({
    headerRoute: maybe(fc.boolean()),
    mirrorPercent: maybe(fc.nat(100)),
    experiment: maybe(fc.boolean()),
    abortScaleDownDelaySeconds: maybe(seconds),
  }),
  blueGreen: objectOf({
    autoPromotionEnabled: maybe(fc.boolean()),
    autoPromotionSeconds: maybe(fc.integer({ min: 1, max: 86_400 })),
    previewReplicaCount: maybe(fc.integer({ min: 1, max: 50 })),
    prePromotionAnalysis: maybe(fc.boolean()),
    postPromotionAnalysis: maybe(fc.boolean()),
    scaleDownDelaySeconds: maybe(seconds),
    scaleDownDelayRevisionLimit: maybe(fc.nat(10)),
    abortScaleDownDelaySeconds: maybe(seconds),
  }),
  rollingUpdate: objectOf({
    maxSurge: maybe(pods),
    maxUnavailable: maybe(pods),
    revisionHistoryLimit: maybe(fc.nat(100)),
    minReadySeconds: maybe(seconds),
  }),
  migration: maybe(objectOf({ scaleDown: fc.constantFrom("never", "onsuccess", "progressively") })),
  autoscaling: maybe(
    objectOf({
      minReplicas: maybe(fc.integer({ min: 1, max: 50 })),
      maxReplicas: fc.integer({ min: 1, max: 50 }),
      targetCpuUtilization: maybe(fc.integer({ min: 1, max: 100 })),
    }),
  ),
  stickyCookie: maybe(text(/^[\w!#$&'*+.^`|~-]{1,64}$/)),
  app: text(/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/),
  stableImage: image,
  canaryImage: image,
  replicas: fc.integer({ min: 1, max: 50 }),
  canaryReplicas: fc.integer({ min: 1, max: 50 }),
  monitoring: fc.boolean(),
};

/** Config that the program takes, as different as it lets through; the same for the same `seed`. What it refuses is left out. */
export function randomConfigs(count: number, seed: number, namespace: string): readonly RawConfig[] {
  // Half of the keys in each: of all of them together, two contradict each other almost always.
  const half = Object.entries(keys).map(
    ([key, value]) => [key, fc.option(value, { nil: undefined, freq: 2 })] as const,
  );
  const document = fc.tuple(objectOf(Object.fromEntries(half)), share).map(([others, own]) => ({ ...others, ...own }));
  const accepted: RawConfig[] = [];
  for (const given of fc.sample(document, { numRuns: count * 40, seed })) {
    if (accepted.length === count) break;
    const values = { ...given, namespace } as RawConfig;
    if (isAccepted(values)) accepted.push(values);
  }
  return accepted;
}

function isAccepted(values: RawConfig): boolean {
  try {
    parseConfig({ ...defaults, ...values }, worldVariables);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

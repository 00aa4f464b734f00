import { describe, expect, test } from "@jest/globals";
import { explicitPlan } from "../../../../canary/plan/ladders.ts";
import { presetPlan } from "../../../../canary/plan/presets.ts";
import {
  canaryService,
  renderRestingRoute,
  renderRolloutCanary,
  renderSteps,
} from "../../../../components/rollout/render-rollout-canary.ts";
import type { CanaryStep, CanaryStrategy } from "../../../../components/rollout/rollout-types.ts";
import { analysisOf } from "../../../../components/slo/analysis.ts";
import { retries } from "../../../../components/traffic/render-weighted-route.ts";
import { renderEchoPod } from "../../../../components/workload/render-pod.ts";

const template = renderEchoPod({ app: "versioned-echo", version: "v2", image: "echo:v2" });
const spec = {
  app: "versioned-echo",
  namespace: "canary-lab",
  reference: "versioned-echo:v2",
  replicas: 4,
  pods: { template },
  plan: presetPlan("20-pause-30-60s"),
  headerRoute: false,
  mirrorPercent: 0,
  experiment: false,
  abortScaleDownDelaySeconds: 30,
};
const canaryOf = (change: Partial<typeof spec> = {}): CanaryStrategy =>
  renderRolloutCanary({ ...spec, ...change }).spec.strategy.canary;
const judged = analysisOf("versioned-echo", { host: "versioned-echo", subset: "v2" }, "step");

describe("a plan's stages", () => {
  test.each<[string, CanaryStep[]]>([
    ["20-pause-30-60s", [{ setWeight: 20 }, { pause: {} }, { setWeight: 30 }, { pause: { duration: "1m" } }]],
    ["25", [{ setWeight: 25 }, { pause: {} }]],
    ["10-30-60", [10, 30, 60].flatMap((weight) => [{ setWeight: weight }, { pause: { duration: "1m" } }])],
    ["90-70-50-0", [10, 30, 50].flatMap((weight) => [{ setWeight: weight }, { pause: {} }])],
  ])("%s", (name, steps) => {
    expect(renderSteps({ ...spec, plan: presetPlan(name as "25") })).toEqual(steps);
  });

  test("a stage without a bake is passed through, and 100 percent is no step unless both sides are kept there", () => {
    expect(renderSteps({ ...spec, plan: explicitPlan([50], 0) })).toEqual([{ setWeight: 50 }]);
    expect(renderSteps({ ...spec, plan: { stages: [{ weight: 100 as never, bake: 60 }] } })).toEqual([
      { setWeight: 100 },
      { pause: { duration: "1m" } },
    ]);
    expect(renderSteps({ ...spec, plan: { stages: [{ weight: 100 as never, bake: 0 }] } })).toEqual([
      { setWeight: 100 },
    ]);
  });
});

describe("the traffic", () => {
  test("moves by the application's own route, between its two subsets", () => {
    const { trafficRouting, stableService, canaryService: canary } = canaryOf();
    expect(trafficRouting).toEqual({
      istio: {
        virtualService: { name: "versioned-echo-virtualservice", routes: ["weighted"] },
        destinationRule: { name: "versioned-echo", stableSubsetName: "v1", canarySubsetName: "v2" },
      },
    });
    expect([stableService, canary]).toEqual(["versioned-echo-stable", canaryService("versioned-echo")]);
  });

  test("is between two releases the stable side's, that of targeted users as well: a rule for them would stay", () => {
    const { metadata, spec: route } = renderRestingRoute({ app: "versioned-echo", namespace: "canary-lab" });
    expect(metadata.name).toBe("versioned-echo-virtualservice");
    expect(route.http).toEqual([
      {
        name: "weighted",
        route: [
          { destination: { host: "versioned-echo", subset: "v1" }, weight: 100 },
          { destination: { host: "versioned-echo", subset: "v2" }, weight: 0 },
        ],
        retries,
      },
    ]);
  });

  test("follows the header from the first step on, when there are pods for it", () => {
    const { steps, trafficRouting } = canaryOf({ headerRoute: true });
    expect(steps.slice(0, 4)).toEqual([
      { setCanaryScale: { weight: 20 } },
      {
        setHeaderRoute: {
          name: "canary-header",
          match: [{ headerName: "x-canary", headerValue: { exact: "v2" } }],
        },
      },
      { setWeight: 20 },
      { setCanaryScale: { matchTrafficWeight: true } },
    ]);
    expect(trafficRouting.managedRoutes).toEqual([{ name: "canary-header" }]);
  });

  test("is copied before any request is answered by the canary, and no longer than that", () => {
    const { steps, trafficRouting } = canaryOf({ headerRoute: true, mirrorPercent: 50 });
    const actions = steps.map((step) => Object.keys(step)[0]);
    expect(actions.slice(0, 7)).toEqual([
      "setCanaryScale",
      "setHeaderRoute",
      "setMirrorRoute",
      "pause",
      "setMirrorRoute",
      "setWeight",
      "setCanaryScale",
    ]);
    expect(steps[0]).toEqual({ setCanaryScale: { weight: 50 } });
    expect(steps[4]).toEqual({ setMirrorRoute: { name: "canary-mirror" } });
    expect(trafficRouting.managedRoutes).toEqual([{ name: "canary-header" }, { name: "canary-mirror" }]);
  });
});

describe("the evidence", () => {
  test("is asked for after each stage's bake", () => {
    const { steps } = renderRolloutCanary({ ...spec, stepAnalysis: judged }).spec.strategy.canary;
    expect(steps.filter((step) => "analysis" in step)).toHaveLength(2);
    expect(steps[2]).toEqual({ analysis: judged });
  });

  test("in the background is asked for once there is a share to judge", () => {
    const { steps, analysis } = renderRolloutCanary({ ...spec, headerRoute: true, backgroundAnalysis: judged }).spec
      .strategy.canary;
    expect(steps[(analysis?.startingStep ?? 0) - 1]).toEqual({ setWeight: 20 });
    expect(analysis).toMatchObject(judged);
  });

  test("of an experiment comes from as many young pods of either version, without a share of the users' requests", () => {
    const { steps } = canaryOf({ experiment: true });
    const side = (name: string, specRef: string) => ({
      name,
      specRef,
      replicas: 1,
      metadata: { labels: { role: name } },
      service: { name: `versioned-echo-${name}` },
    });
    expect(steps[1]).toEqual({
      experiment: {
        duration: "1m",
        scaleDownDelaySeconds: 0,
        templates: [side("baseline", "stable"), side("candidate", "canary")],
      },
    });
  });
});

test("known mistakes of hand-written Rollouts do not compile", () => {
  const strategy = canaryOf();
  const mistakes: unknown[] = [
    // @ts-expect-error a misspelt action
    { setweight: 20 } satisfies CanaryStep,
    // @ts-expect-error two Services are needed for the routing
    { ...strategy, canaryService: undefined } satisfies CanaryStrategy,
    // @ts-expect-error 503s at 100 percent
    { ...strategy, dynamicStableScale: true } satisfies CanaryStrategy,
    // @ts-expect-error a share for an experiment, which would be answered 503
    { experiment: { duration: "1m", scaleDownDelaySeconds: 0, templates: [{ weight: 10 }] } } satisfies CanaryStep,
    // @ts-expect-error a Rollout without pods
    () => renderRolloutCanary({ ...spec, pods: {} }),
  ];
  expect(mistakes).toHaveLength(5);
});

import type { ApplicationName } from "../../canary/application-name.ts";
import { formatDuration } from "../../canary/duration.ts";
import type { Bake, Plan, Stage } from "../../canary/plan/plan.ts";
import { splitOf, toWeight } from "../../canary/weight.ts";
import { type HostedApplication, versions, virtualServiceName } from "../names.ts";
import type { AnalysisReference } from "../slo/analysis.ts";
import { renderRoute, renderRule, type VirtualService } from "../traffic/render-weighted-route.ts";
import { canaryHeader, weightedRule } from "../traffic/route-rules.ts";
import { renderRollout } from "./render-rollout.ts";
import type { CanaryStep, CanaryStrategy, RolloutManifest } from "./rollout-types.ts";

/** How a canary is let in; the same fields as the config's object `rolloutCanary`. */
export interface RolloutCanaryOptions {
  /** Whether requests with the header `X-Canary: v2` reach the canary, from its first pod until it is promoted in full. Default: true. */
  readonly headerRoute: boolean;
  /**
   * Percent, 0..100, of the requests that are copied to the canary before any is answered by it; the copies' answers are dropped.
   * Default: 0.
   */
  readonly mirrorPercent: number;
  /** Whether an Experiment runs at the first weight: young pods of both versions, to be compared by requests of one's own. Default: false. */
  readonly experiment: boolean;
  /** Seconds for which the pods of an aborted canary are kept; 0 keeps them for good. Default: 30. */
  readonly abortScaleDownDelaySeconds: number;
}

export const rolloutCanaryDefaults: RolloutCanaryOptions = {
  headerRoute: true,
  mirrorPercent: 0,
  experiment: false,
  abortScaleDownDelaySeconds: 30,
};

export interface RolloutCanarySpec extends ApplicationName, RolloutCanaryOptions {
  /** Pods, at least 1. */
  readonly replicas: number;
  readonly pods: RolloutManifest["pods"];
  /** The image as the config names it. */
  readonly reference: string;
  readonly plan: Plan;
  /** After the bake of each stage. */
  readonly stepAnalysis?: AnalysisReference;
  /** From the first weight on. */
  readonly backgroundAnalysis?: AnalysisReference;
}

/** Names of the two Services; with them the controller changes subsets at once instead of waiting for every pod of a side. */
export const stableService = (app: string): string => `${app}-stable`;
export const canaryService = (app: string): string => `${app}-canary`;

/** Names of the routes that the controller adds, in the order in which a request meets them. */
const managed = { header: "canary-header", mirror: "canary-mirror" } as const;
export const controllerRoutes: readonly string[] = Object.values(managed);

/** A canary whose requests move by the weights of the application's own route, and which advances by the stages of a plan. */
export function renderRolloutCanary(spec: RolloutCanarySpec): RolloutManifest<{ readonly canary: CanaryStrategy }> {
  const { app, namespace, replicas, pods, reference } = spec;
  return renderRollout({ app, namespace, replicas, pods, reference, strategy: { canary: renderStrategy(spec) } });
}

/**
 * The route between two releases: the controller moves its weights, and puts routes of its own in front while a canary runs. None of ours
 * is for the canary's header, for the controller would leave it as it is, and keep who sends the header away from every canary.
 */
export function renderRestingRoute(spec: HostedApplication): VirtualService {
  const { stable, canary } = splitOf(toWeight(0));
  const targets = [
    { version: versions.stable, weight: stable },
    { version: versions.canary, weight: canary },
  ] as const;
  return renderRoute(spec, [renderRule(spec.app, { name: weightedRule, targets })]);
}

function renderStrategy(spec: RolloutCanarySpec): CanaryStrategy {
  const { app, backgroundAnalysis } = spec;
  const steps = renderSteps(spec);
  const managedRoutes = [
    ...(spec.headerRoute ? [{ name: managed.header }] : []),
    ...(spec.mirrorPercent > 0 ? [{ name: managed.mirror }] : []),
  ];
  return {
    stableService: stableService(app),
    canaryService: canaryService(app),
    stableMetadata: { labels: { role: "stable" } },
    canaryMetadata: { labels: { role: "canary" } },
    abortScaleDownDelaySeconds: spec.abortScaleDownDelaySeconds,
    trafficRouting: {
      ...(managedRoutes.length > 0 && { managedRoutes }),
      istio: {
        virtualService: { name: virtualServiceName(app), routes: [weightedRule] },
        destinationRule: { name: app, stableSubsetName: versions.stable, canarySubsetName: versions.canary },
      },
    },
    ...(backgroundAnalysis && {
      analysis: { ...backgroundAnalysis, startingStep: steps.findIndex((step) => "setWeight" in step) + 1 },
    }),
    steps,
  };
}

/** The plan's stages, and what comes before and beside the first of them. */
export function renderSteps(spec: RolloutCanarySpec): readonly [CanaryStep, ...CanaryStep[]] {
  const [first, ...others] = spec.plan.stages;
  const [firstStep, ...later] = [
    ...rehearsal(spec, first),
    ...stageSteps(first, spec),
    ...others.flatMap((stage) => stageSteps(stage, spec)),
  ];
  return [firstStep ?? { setWeight: first.weight }, ...later];
}

/** Pods come first, for a route of its own must lead to some; with none the controller takes the route away again. */
function rehearsal({ headerRoute, mirrorPercent }: RolloutCanarySpec, first: Stage): readonly CanaryStep[] {
  if (!isRehearsed({ headerRoute, mirrorPercent })) return [];
  const header = { name: managed.header, match: [headerMatch] };
  const mirror = { name: managed.mirror, percentage: mirrorPercent, match: [{ path: { prefix: "/" } }] };
  return [
    { setCanaryScale: { weight: Math.max(first.weight, mirrorPercent) } },
    ...(headerRoute ? [{ setHeaderRoute: header }] : []),
    ...(mirrorPercent > 0
      ? [{ setMirrorRoute: mirror }, ...bakeSteps(first.bake), { setMirrorRoute: { name: managed.mirror } }]
      : []),
  ];
}

const isRehearsed = ({ headerRoute, mirrorPercent }: Pick<RolloutCanarySpec, "headerRoute" | "mirrorPercent">) =>
  headerRoute || mirrorPercent > 0;

const headerMatch = { headerName: canaryHeader.name, headerValue: { exact: canaryHeader.exact } };

function stageSteps(stage: Stage, spec: RolloutCanarySpec): readonly CanaryStep[] {
  // The end of the steps is 100 percent: a last stage at which nothing is waited for needs no step.
  if (stage.weight === 100 && stage.bake === 0) return [];
  const isFirst = stage === spec.plan.stages[0];
  return [
    { setWeight: stage.weight },
    // From here on there are as many pods as the weight needs.
    ...(isFirst && isRehearsed(spec) ? [{ setCanaryScale: { matchTrafficWeight: true } } as const] : []),
    ...(isFirst && spec.experiment ? [experiment(spec, stage)] : []),
    ...bakeSteps(stage.bake),
    ...(spec.stepAnalysis ? [{ analysis: spec.stepAnalysis }] : []),
  ];
}

const bakeSteps = (bake: Bake): readonly CanaryStep[] =>
  bake === 0 ? [] : [{ pause: bake === "manual" ? {} : { duration: formatDuration(bake) } }];

/** How long an experiment runs before its stage's own bake, in seconds: as long as that, and a minute where that has no length. */
export const experimentSeconds = ({ bake }: Stage): number => (bake === "manual" || bake === 0 ? 60 : bake);

/**
 * Pods of both versions of the same age and number, away from the users' requests: what is sent to the Services `APP-baseline` and
 * `APP-candidate`, at the container's port, meets sides that differ in nothing but their version.
 */
function experiment({ app, replicas }: RolloutCanarySpec, stage: Stage): CanaryStep {
  const side = (name: string, specRef: "stable" | "canary") => ({
    name,
    specRef,
    replicas: Math.ceil((replicas * stage.weight) / 100),
    metadata: { labels: { role: name } },
    service: { name: `${app}-${name}` },
  });
  return {
    experiment: {
      duration: formatDuration(experimentSeconds(stage)),
      // No request is on its way to them when they go; the names must be free for the next one.
      scaleDownDelaySeconds: 0,
      templates: [side("baseline", "stable"), side("candidate", "canary")],
    },
  };
}

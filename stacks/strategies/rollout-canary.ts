import type * as pulumi from "@pulumi/pulumi";
import { gatewayHost, versions } from "../../components/names.ts";
import { RolloutCanary } from "../../components/rollout/rollout-canary.ts";
import { analysisOf } from "../../components/slo/analysis.ts";
import { Sides } from "../../components/traffic/sides.ts";
import { WeightedRoute } from "../../components/traffic/weighted-route.ts";
import { named } from "../application-scope.ts";
import { isJudged } from "../judged.ts";
import { firstRevisionGuard } from "../live/first-revision.ts";
import { together } from "../live/hook-bindings.ts";
import { revisionGuard } from "../live/rollout-guard.ts";
import { createRolling } from "./rolling.ts";
import { askedRollout, revisionReference, type Strategy, type StrategyContext } from "./strategy.ts";

/** One Rollout whose controller moves the weights; its pods run the canary's image while a release is under way, else the stable one. */
export const rolloutCanary: Strategy = (context) => {
  const { config, live, platform, shared } = context;
  const { app, namespace, replicas, plan, imagePullSecret, imagePlatform, service } = config;
  const { images, inside } = shared;
  const own = live.client && {
    ...firstRevisionGuard(config.strategy, config.canaryEnabled),
    beforeUpdate: [revisionGuard(live.client, askedRollout(config))],
  };
  const hooks = together(own, live.canaryHooks);

  const sides = new Sides(named("route"), { app, namespace, toldApartBy: "revision" }, inside);
  const route = new WeightedRoute(
    named("route"),
    { app, namespace, mode: "rollout-canary", ingressLabels: platform.facts.ingress?.labels },
    { ...inside, dependsOn: [...inside.dependsOn, sides] },
  );
  const migrated = migratedFrom(context, [...inside.dependsOn, sides], hooks);
  const canary = new RolloutCanary(
    named("release"),
    {
      app,
      namespace,
      replicas,
      image: images.canary ?? images.stable,
      imagePullSecret,
      imagePlatform,
      service,
      workloadRef: migrated?.workloadRef,
      reference: revisionReference(config),
      plan,
      ...config.rolloutCanary,
      ...analysesOf(context),
    },
    { ...inside, dependsOn: [...inside.dependsOn, sides, route, ...(migrated ? [migrated.deployment] : [])], hooks },
  );
  return { canaryShare: undefined, gateway: gatewayHost(app, namespace), rollout: canary.rollout };
};

/** The live Deployment whose pods the Rollout takes over. */
function migratedFrom(
  context: StrategyContext,
  dependsOn: pulumi.Resource[],
  hooks: pulumi.ResourceHookBinding | undefined,
) {
  const { app, migration } = context.config;
  if (!migration) return undefined;
  const deployment = createRolling(context, "rollout-controller", dependsOn, hooks);
  const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: app, scaleDown: migration.scaleDown } as const;
  return { workloadRef, deployment };
}

/** By what callers see of the subsets, so that nothing is asked of the application itself. */
function analysesOf({ config }: StrategyContext) {
  const { app, analysis } = config;
  const subject = isJudged(config) ? versions : { host: app, subset: versions.canary };
  return {
    ...((analysis === "step" || analysis === "both") && { stepAnalysis: analysisOf(app, subject, "step") }),
    ...((analysis === "background" || analysis === "both") && {
      backgroundAnalysis: analysisOf(app, subject, "background"),
    }),
  };
}

import * as pulumi from "@pulumi/pulumi";
import { replicaRatio } from "../../canary/replica-ratio.ts";
import type { StrategyName } from "../../canary/strategies.ts";
import { HttpRoute } from "../../components/gateway-api/http-route.ts";
import { PodStats } from "../../components/mesh/pod-stats.ts";
import { gatewayHost } from "../../components/names.ts";
import { HeaderIngress } from "../../components/nginx-header/header-ingress.ts";
import { Sides } from "../../components/traffic/sides.ts";
import { WeightedRoute } from "../../components/traffic/weighted-route.ts";
import { named } from "../application-scope.ts";
import type { LabConfig } from "../config/schema.ts";
import { firstRevisionGuard } from "../live/first-revision.ts";
import { together } from "../live/hook-bindings.ts";
import { createRolling } from "./rolling.ts";
import { rolloutBlueGreen } from "./rollout-blue-green.ts";
import { rolloutCanary } from "./rollout-canary.ts";
import { createSides } from "./sides.ts";
import type { Strategy } from "./strategy.ts";

const gatewayOf = ({ app, namespace }: LabConfig): string => gatewayHost(app, namespace);

const istio: Strategy = (context) => {
  const { config, platform, shared, live } = context;
  const { app, namespace, canaryWeight, stickyCookie, canaryImage } = config;
  const { guard } = live;
  const after = createSides(context, { stable: config.replicas, canary: config.canaryReplicas }, { guard });
  const route = new WeightedRoute(
    named("route"),
    { app, namespace, canaryWeight, stickyCookie, canaryImage, ingressLabels: platform.facts.ingress?.labels },
    { ...shared.inside, dependsOn: after, hooks: guard && together(guard.route, live.service?.widen) },
  );
  return { canaryShare: pulumi.output(config.canaryWeight), gateway: gatewayOf(config), route };
};

const gatewayApi: Strategy = (context) => {
  const { config, shared, live } = context;
  const { guard } = live;
  const after = createSides(context, { stable: config.replicas, canary: config.canaryReplicas }, { guard });
  const { app, namespace, canaryWeight } = config;
  const args = { app, namespace, canaryWeight };
  const route = new HttpRoute(named("http-route"), args, { ...shared.inside, dependsOn: after, hooks: guard?.route });
  return { canaryShare: pulumi.output(config.canaryWeight), gateway: gatewayOf(config), route };
};

const nginxHeader: Strategy = (context) => {
  const { config, live, shared } = context;
  const after = createSides(context, { stable: config.replicas, canary: config.canaryReplicas });
  const { app, namespace, canaryEnabled } = config;
  const args = { app, namespace, canaryEnabled };
  const route = new HeaderIngress(named("ingress"), args, {
    ...shared.inside,
    dependsOn: after,
    hooks: live.canaryHooks,
  });
  return { canaryShare: undefined, gateway: gatewayOf(config), route };
};

/** `replicas` are the pods of both sides; without a route every pod of the Service gets the same share. */
const replicaRatioStrategy: Strategy = (context) => {
  const { config, shared } = context;
  const { app, namespace, monitoring } = config;
  const ratio = replicaRatio(config.replicas, config.canaryWeight);
  if (monitoring) new PodStats(named("pod-stats"), { app, namespace }, shared.inside);
  createSides(context, ratio, { shrinkLast: true, guard: context.live.guard });
  return { canaryShare: pulumi.output(ratio.share), gateway: undefined };
};

const rollingUpdate: Strategy = (context) => {
  const { config, live, shared } = context;
  const { app, namespace, strategy, canaryEnabled } = config;
  const { inside } = shared;
  const sides = new Sides(named("route"), { app, namespace, toldApartBy: "nothing" }, inside);
  const guard = live.client && firstRevisionGuard(strategy, canaryEnabled);
  createRolling(context, "pulumi", [...inside.dependsOn, sides], together(guard, live.canaryHooks));
  return { canaryShare: undefined, gateway: undefined };
};

export const strategies: Record<StrategyName, Strategy> = {
  istio,
  "gateway-api": gatewayApi,
  "nginx-header": nginxHeader,
  "rollout-canary": rolloutCanary,
  "rollout-blue-green": rolloutBlueGreen,
  "replica-ratio": replicaRatioStrategy,
  "rolling-update": rollingUpdate,
};

import { factsOf } from "../../../canary/strategies.ts";
import { renderHttpRoute } from "../../../components/gateway-api/render-http-route.ts";
import { sideServiceName, type Version, versions } from "../../../components/names.ts";
import { canaryAnnotations, renderIngress } from "../../../components/nginx-header/render-ingress.ts";
import { renderBlueGreenRoute } from "../../../components/rollout/render-rollout-blue-green.ts";
import { controllerRoutes, renderRestingRoute } from "../../../components/rollout/render-rollout-canary.ts";
import { renderVirtualService } from "../../../components/traffic/render-weighted-route.ts";
import { notedValues } from "../../../stacks/config/applied-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { type FieldDrift, type Fields, fieldDrift } from "../engine/drift/compare.ts";
import { isForeign } from "../traffic/route.ts";
import { ownRoute } from "./expected.ts";
import type { ClusterFacts } from "./facts.ts";
import type { LiveObject } from "./route-facts.ts";

/** A route of the application: as the program renders it, and as it is in the cluster. */
interface RoutePair {
  readonly kind: "VirtualService" | "HTTPRoute" | "Ingress";
  readonly name: string;
  readonly wanted: Fields;
  readonly live: LiveObject | undefined;
}

/** What a live route has otherwise than the program renders it. */
export interface RouteDrift extends Pick<RoutePair, "kind" | "name" | "wanted"> {
  readonly live: LiveObject;
  readonly fields: readonly FieldDrift[];
}

/** Weights move, and have checks of their own; who may move them differs from strategy to strategy. */
const weights = ["spec.http[*].route[*].weight", "spec.rules[*].backendRefs[*].weight"];

/** What of a pending config the route does not have yet: `up` applies it, and until then it is no drift. */
export function asApplied({ namespace }: ClusterFacts, config: LabConfig): LabConfig {
  const applied = notedValues(namespace?.note);
  if (!applied) return config;
  const { stickyCookie = "", canaryImage = config.canaryImage, canaryEnabled } = applied;
  return { ...config, stickyCookie, canaryImage, canaryEnabled: canaryEnabled !== "false" };
}

/**
 * Compares the routes that the program renders with those of the cluster, by one rule for all strategies.
 *
 * @param config as it is applied
 */
export function routeDrift(cluster: ClusterFacts, config: LabConfig): readonly RouteDrift[] {
  return pairs(cluster, config).flatMap(({ live, ...pair }): readonly RouteDrift[] => {
    if (!live) return [];
    const { spec } = pair.wanted;
    const { metadata, ...rest } = live;
    const managers = managersOf(live).filter((manager) => !isForeign(manager));
    const compared = { ...rest, metadata, spec: withoutControllers(live.spec, config) };
    const wanted = { ...pair.wanted, spec };
    const fields = fieldDrift({ wanted, live: compared, ignored: weights, managers });
    return fields.length === 0 ? [] : [{ ...pair, live, fields }];
  });
}

function pairs(cluster: ClusterFacts, config: LabConfig): readonly RoutePair[] {
  const { app, namespace, strategy, canaryEnabled } = config;
  const { entry } = factsOf(strategy);
  if (entry === "istio-gateway") {
    const { apiVersion, kind, metadata, spec } = virtualService(config);
    const live = ownRoute(cluster, config)?.object;
    return [{ kind, name: metadata.name, wanted: { apiVersion, kind, spec }, live }];
  }
  if (entry === "own-gateway") {
    const { apiVersion, kind, spec } = renderHttpRoute(config);
    const live = cluster.httpRoutes?.find((one) => one.namespace === namespace && one.name === app)?.object;
    return [{ kind, name: app, wanted: { apiVersion, kind, spec: withDefaults(spec) }, live }];
  }
  if (entry !== "ingress-controller") return [];
  const ingress = (version: Version): RoutePair => {
    const name = sideServiceName(app, version);
    const { spec } = renderIngress(config, version);
    const annotations = version === versions.canary ? canaryAnnotations : {};
    return {
      kind: "Ingress",
      name,
      wanted: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { annotations }, spec },
      live: cluster.ingresses?.find((one) => one.namespace === namespace && one.name === name)?.object,
    };
  };
  return [versions.stable, ...(canaryEnabled ? [versions.canary] : [])].map(ingress);
}

function virtualService(config: LabConfig) {
  if (config.strategy === "rollout-blue-green") return renderBlueGreenRoute(config);
  if (config.strategy === "rollout-canary") return renderRestingRoute(config);
  return renderVirtualService(config);
}

/** The API server fills these in, and everybody may write them out. */
function withDefaults(spec: ReturnType<typeof renderHttpRoute>["spec"]) {
  const path = { type: "PathPrefix", value: "/" };
  const rules = spec.rules.map(({ matches = [{}], backendRefs, ...rule }) => ({
    ...rule,
    matches: matches.map((match) => ({ path, ...match })),
    backendRefs: backendRefs.map((backend) => ({ group: "", kind: "Service", ...backend })),
  }));
  return { ...spec, rules };
}

/** Routes that the Rollouts controller puts in front while it releases are its own. */
function withoutControllers(spec: unknown, { strategy }: LabConfig): unknown {
  const { http, ...rest } = (spec ?? {}) as { readonly http?: readonly { readonly name?: string }[] };
  if (strategy !== "rollout-canary" || !http) return spec;
  return { ...rest, http: http.filter(({ name }) => name === undefined || !controllerRoutes.includes(name)) };
}

const managersOf = ({ metadata }: LiveObject): readonly string[] =>
  (metadata.managedFields ?? []).flatMap(({ manager }) => manager ?? []);

interface Rule {
  readonly name?: string;
  readonly route?: readonly { readonly destination: { readonly subset?: string }; readonly weight?: number }[];
}

/** The rules of a rendered route with the weights that are live, behind those of the Rollouts controller. */
export function withLiveWeights(wanted: Fields, live: LiveObject): readonly Rule[] {
  const [own, found] = [rulesOf(wanted), rulesOf(live)];
  const isControllers = ({ name }: Rule) => name !== undefined && controllerRoutes.includes(name);
  const weighted = own.map((rule) => ({
    ...rule,
    route: rule.route?.map((to) => ({ ...to, weight: weightIn(found, rule, to) })),
  }));
  return [...found.filter(isControllers), ...weighted] as readonly Rule[];
}

const rulesOf = ({ spec }: Fields): readonly Rule[] => ((spec ?? {}) as { readonly http?: readonly Rule[] }).http ?? [];

/** That of the rendered route where the live one has not both sides any more. */
function weightIn(
  live: readonly Rule[],
  rule: Rule,
  { destination: { subset }, weight }: NonNullable<Rule["route"]>[number],
): number | undefined {
  const targets = live.find(({ name }) => name === rule.name)?.route ?? [];
  const isWhole = rule.route?.every((to) =>
    targets.some(({ destination }) => destination.subset === to.destination.subset),
  );
  const own = targets.find(({ destination }) => destination.subset === subset);
  return isWhole && own?.weight !== undefined ? own.weight : weight;
}

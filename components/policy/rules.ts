import type { ApplicationName } from "../../canary/application-name.ts";
import { strategyAnnotation } from "../workload/render-application.ts";
import { httpRouteFields, type RouteFields, virtualServiceFields } from "./route-fields.ts";
import { type PolicySettings, weightLimit } from "./settings.ts";
import type { TargetName } from "./targets.ts";

/** Which application is meant, and what its objects may be. */
export interface PolicySpec extends ApplicationName {
  readonly settings: PolicySettings;
}

/** What an object must keep. Its expression is all that says so: the API server and the policy pack evaluate the same text. */
export interface Rule {
  /** The name of the policy in the pack, and the first word of what the API server says. */
  readonly name: string;
  readonly target: TargetName;
  /** What is wrong with an object that does not keep it, for people. */
  readonly wrong: string;
  readonly allowed: (spec: PolicySpec) => string;
  /**
   * A CEL expression of type bool over `object`, `oldObject` (null where there is none) and the variables of the target; undefined where the
   * settings do not ask for the rule.
   */
  readonly holds: (spec: PolicySpec) => string | undefined;
}

/** A rule that an object does not keep, for people. */
export const faultOf = ({ name, wrong, allowed }: Rule, spec: PolicySpec): string =>
  `${name}: ${wrong}; allowed: ${allowed(spec)}`;

const text = (value: unknown): string => JSON.stringify(value);
const onlyIf = (isAsked: boolean, expression: string): string | undefined => (isAsked ? expression : undefined);

const atMostRise: Rule["allowed"] = ({ settings }) => `at most ${settings.maxRise} points more`;

/** CEL: each weight of the ladder is at most the greatest rise above another one, or above 0. */
const isGentle = ({ maxRise }: PolicySettings): string =>
  `variables.ladder.all(w, w <= ${maxRise} || variables.ladder.exists(v, v < w && w - v <= ${maxRise}))`;

const pods: readonly Rule[] = [
  {
    name: "image-tag",
    target: "workloads",
    wrong: "an image has no tag, or the tag latest, which is another image tomorrow",
    allowed: () => "NAME:TAG or a digest",
    holds: () =>
      'variables.containers.all(c, c.image.contains("@") || (c.image.matches(":[^:/]+$") && !c.image.endsWith(":latest")))',
  },
  {
    name: "image-digest",
    target: "workloads",
    wrong: "an image is not named by its digest",
    allowed: () => "NAME@sha256:…",
    holds: ({ settings }) =>
      onlyIf(settings.digests, 'variables.containers.all(c, c.image.matches("@sha256:[0-9a-f]{64}$"))'),
  },
  {
    name: "image-registry",
    target: "workloads",
    wrong: "an image is from another registry",
    allowed: ({ settings }) => settings.registries?.join(", ") ?? "any",
    holds: ({ settings: { registries } }) =>
      onlyIf(
        registries !== undefined,
        `variables.containers.all(c, ${text(registries)}.exists(r, c.image.startsWith(r + "/")))`,
      ),
  },
  {
    // No limit of CPU is wanted: throttling shows as latency that no version is to blame for.
    name: "resources",
    target: "workloads",
    wrong: "a container does not say what it needs",
    allowed: () => "requests of cpu and memory, and a limit of memory",
    holds: () =>
      `variables.lasting.all(c, ${["requests.?cpu", "requests.?memory", "limits.?memory"]
        .map((field) => `c.?resources.?${field}.hasValue()`)
        .join(" && ")})`,
  },
  {
    name: "probes",
    target: "workloads",
    wrong: "a container with a port has no probes",
    allowed: () => "a readinessProbe and a livenessProbe",
    holds: () =>
      "variables.serving.all(c, size(c.?ports.orValue([])) == 0 || (has(c.readinessProbe) && has(c.livenessProbe)))",
  },
  {
    name: "non-root",
    target: "workloads",
    wrong: "a container may run as root",
    allowed: () => "securityContext.runAsNonRoot true, of the container or the pod",
    holds: () => "variables.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(variables.isNonRoot))",
  },
  {
    name: "read-only-root",
    target: "workloads",
    wrong: "a container may write into its image's files",
    allowed: () => "securityContext.readOnlyRootFilesystem true",
    holds: () => "variables.containers.all(c, c.?securityContext.?readOnlyRootFilesystem.orValue(false))",
  },
];

const others: readonly Rule[] = [
  {
    name: "load-balancer",
    target: "services",
    wrong: "a Service asks for a load balancer",
    allowed: () => "ClusterIP or NodePort, or policy.loadBalancers true",
    holds: ({ settings }) =>
      onlyIf(!settings.loadBalancers, 'object.spec.?type.orValue("ClusterIP") != "LoadBalancer"'),
  },
  {
    // Of these one holds up every drain, the other protects no pod.
    name: "budget-of-pods",
    target: "budgets",
    wrong: "a budget lets no pod go, or every pod",
    allowed: () => "at least one, and not 100%",
    holds: () =>
      '!(string(dyn(object).spec.?maxUnavailable.orValue(1)) in ["0", "0%", "100%"]) && !(string(dyn(object).spec.?minAvailable.orValue(1)) in ["0", "0%", "100%"])',
  },
  {
    name: "rollout-strategy",
    target: "rollouts",
    wrong: "a Rollout has another strategy",
    allowed: ({ settings }) => settings.strategies.join(", "),
    holds: ({ settings }) =>
      `(dyn(object).spec.?strategy.?blueGreen.hasValue() ? "rollout-blue-green" : "rollout-canary") in ${text(settings.strategies)}`,
  },
  {
    name: "rollout-steps",
    target: "rollouts",
    wrong: "a step raises the canary's share too far at once",
    allowed: atMostRise,
    holds: ({ settings }) => `!dyn(object).spec.?strategy.?canary.hasValue() || ${isGentle(settings)}`,
  },
  {
    name: "strategy",
    target: "namespaces",
    wrong: "the stack has another strategy",
    allowed: ({ settings }) => settings.strategies.join(", "),
    holds: ({ settings }) =>
      `object.metadata.?annotations[?${text(strategyAnnotation)}].orValue(${text(settings.strategies[0])}) in ${text(settings.strategies)}`,
  },
  {
    name: "plan",
    target: "namespaces",
    wrong: "a step of the plan raises the canary's share too far at once",
    allowed: atMostRise,
    holds: ({ settings }) => isGentle(settings),
  },
];

/** Of a route, whichever kind it is; see `routeVariables`. */
const routes = (target: TargetName, { targets, unweighted }: RouteFields): readonly Rule[] => [
  {
    name: "weights",
    target,
    wrong: "the weights of a rule have another sum",
    allowed: () => "100",
    holds: () =>
      `variables.rules.all(r, size(r.${targets}) < 2 || r.${targets}.map(d, int(d.?weight.orValue(${unweighted}))).sum() == 100)`,
  },
  {
    name: "weight-limit",
    target,
    wrong: "the canary gets more of the traffic than is allowed without an approval",
    allowed: ({ settings }) => `${weightLimit(settings)} percent, or policy.approval with a weight and a reason`,
    // What is above already may come down in steps.
    holds: ({ settings }) => `variables.now.all(w, w <= ${weightLimit(settings)} || variables.was.exists(o, w <= o))`,
  },
  {
    name: "weight-rise",
    target,
    wrong: "a move raises the canary's share too far at once",
    allowed: atMostRise,
    holds: ({ settings }) =>
      `size(variables.was) == 0 || variables.now.all(w, variables.was.exists(o, w - o <= ${settings.maxRise}))`,
  },
];

/** All that is checked of one object, in the order in which it is told. */
export const rules: readonly Rule[] = [
  ...pods,
  ...others,
  ...routes("virtual-services", virtualServiceFields),
  ...routes("http-routes", httpRouteFields),
];

/**
 * What the objects of a stack must keep together, evaluated with `budgets`, its PodDisruptionBudgets. The API server looks at one object at
 * a time, so it knows nothing of these.
 */
export const stackRules: readonly Rule[] = [
  {
    name: "budget",
    target: "workloads",
    wrong: "a workload of several pods has no PodDisruptionBudget",
    allowed: () => "one whose labels its pods have",
    holds: () =>
      `!(object.kind in ["Deployment", "StatefulSet", "Rollout"]) || !has(object.spec.template) || object.spec.?replicas.orValue(1) < 2 || budgets.exists(b, b.spec.selector.matchLabels.all(k, object.spec.template.?metadata.?labels[?k].orValue("") == b.spec.selector.matchLabels[k]))`,
  },
];

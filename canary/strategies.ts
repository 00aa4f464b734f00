/** Who moves the traffic: the config key `canaryWeight`, one of two controllers, or nobody, where an ingress looks at a header. */
export type WeightOwner = "pulumi" | "rollout-controller" | "deployment-controller" | "ingress";

/** What is true of one way to release. Lists, refusals and help texts derive from it. */
export interface StrategyFacts {
  readonly owner: WeightOwner;
  /** `subsets`: a Deployment for stable and one for canary; `one`: a single workload, whose revisions a controller replaces. */
  readonly workloads: "subsets" | "one";
  /** `own`: the key `canaryReplicas` counts the canary's pods; `shared`: the key `replicas` counts the pods of both versions. */
  readonly canaryPods: "own" | "shared";
  /** Through what users come from outside: the lab's Istio gateway, a Gateway of the application, or an ingress controller. */
  readonly entry: "istio-gateway" | "own-gateway" | "ingress-controller" | "none";
  /**
   * Whose pods the application's own Service selects, and so who answers callers outside the mesh. `by-share`: the stable side's, and the
   * canary's while it has a share; `stable`, `active`: those of that side alone; `every`: where the share of the pods is the share of the
   * requests, or where the route's subsets have no other Service.
   */
  readonly servicePods: "by-share" | "stable" | "active" | "every";
  /**
   * How Prometheus has the requests of each side from the callers' proxies, without which nobody can be asked before a canary gets more:
   * `by-version` where each side is a subset or a Service, `by-pod` where both share one. `not`: a controller takes the steps, or nobody does.
   */
  readonly counted: "by-version" | "by-pod" | "not";
  /** What the strategy needs of the platform beside the mesh. */
  readonly needs: readonly ("gateway-api" | "rollouts")[];
  /** What follows the steps of `plan`: a route that people move, a number of pods, or the Rollout; `none` where no plan is followed. */
  readonly steps: "route" | "pods" | "rollout" | "none";
  /** Config keys that this strategy reads and that some other does not. */
  readonly options: readonly StrategyOption[];
}

/** Config keys that only some strategies read. */
export type StrategyOption =
  | "analysis"
  | "blueGreen"
  | "migration"
  | "plan"
  | "rolloutCanary"
  | "rollingUpdate"
  | "stickyCookie";

export const strategies = {
  istio: {
    owner: "pulumi",
    workloads: "subsets",
    canaryPods: "own",
    entry: "istio-gateway",
    servicePods: "by-share",
    counted: "by-version",
    needs: [],
    steps: "route",
    options: ["plan", "stickyCookie"],
  },
  "gateway-api": {
    owner: "pulumi",
    workloads: "subsets",
    canaryPods: "own",
    entry: "own-gateway",
    servicePods: "by-share",
    counted: "by-version",
    needs: ["gateway-api"],
    steps: "route",
    options: ["plan"],
  },
  "nginx-header": {
    owner: "ingress",
    workloads: "subsets",
    canaryPods: "own",
    entry: "ingress-controller",
    servicePods: "stable",
    counted: "not",
    needs: [],
    steps: "none",
    options: [],
  },
  "rollout-canary": {
    owner: "rollout-controller",
    workloads: "one",
    canaryPods: "shared",
    entry: "istio-gateway",
    servicePods: "every",
    counted: "not",
    needs: ["rollouts"],
    steps: "rollout",
    options: ["analysis", "migration", "plan", "rolloutCanary", "rollingUpdate"],
  },
  "rollout-blue-green": {
    owner: "rollout-controller",
    workloads: "one",
    canaryPods: "shared",
    entry: "istio-gateway",
    servicePods: "active",
    counted: "not",
    needs: ["rollouts"],
    steps: "none",
    options: ["blueGreen"],
  },
  "replica-ratio": {
    owner: "pulumi",
    workloads: "subsets",
    canaryPods: "shared",
    entry: "none",
    servicePods: "every",
    counted: "by-pod",
    needs: [],
    steps: "pods",
    options: ["plan"],
  },
  "rolling-update": {
    owner: "deployment-controller",
    workloads: "one",
    canaryPods: "shared",
    entry: "none",
    servicePods: "every",
    counted: "not",
    needs: [],
    steps: "none",
    options: ["rollingUpdate"],
  },
} as const satisfies Record<string, StrategyFacts>;

/** The ways to release that this lab can set up. */
export type StrategyName = keyof typeof strategies;

export const strategyNames = Object.keys(strategies) as readonly StrategyName[];

/** The facts of a strategy. */
export const factsOf = (strategy: StrategyName): StrategyFacts => strategies[strategy];

/** The strategies for which something is true, in the order of the table. */
export const strategiesWhere = (holds: (facts: StrategyFacts) => boolean): readonly StrategyName[] =>
  strategyNames.filter((name) => holds(factsOf(name)));

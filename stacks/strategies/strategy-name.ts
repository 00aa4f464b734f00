/** Who moves the traffic: the config key `canaryWeight`, one of the two controllers, or nobody, for an ingress looks at a header. */
export type WeightOwner = "pulumi" | "rollout-controller" | "deployment-controller" | "ingress";

const owners = {
  istio: "pulumi",
  "gateway-api": "pulumi",
  "nginx-header": "ingress",
  "rollout-canary": "rollout-controller",
  "rollout-blue-green": "rollout-controller",
  "replica-ratio": "pulumi",
  "rolling-update": "deployment-controller",
} as const satisfies Record<string, WeightOwner>;

/** The ways to release that this lab can set up. */
export type StrategyName = keyof typeof owners;
export const strategyNames = Object.keys(owners) as readonly StrategyName[];

export const weightOwner = (strategy: StrategyName): WeightOwner => owners[strategy];

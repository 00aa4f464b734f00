import type * as pulumi from "@pulumi/pulumi";
import type { StrategyName, WeightOwner } from "../canary/strategies.ts";
import type { Application } from "./application.ts";
import type { LabConfig } from "./config/schema.ts";
import type { PlatformFacts } from "./platform-facts.ts";
import { releasePlan } from "./release-plan.ts";

/** What a stack says of each of its applications. */
export interface ApplicationOutputs {
  readonly strategy: StrategyName;
  readonly namespace: string;
  /** Shares of the traffic in percent, as they really are; null where a controller moves them or a header decides. */
  readonly weights: pulumi.Output<{ readonly stable: number; readonly canary: number }> | null;
  /** The ladder of weights and how long it takes; null where the strategy climbs none. */
  readonly plan: ReturnType<typeof releasePlan> | null;
  readonly images: Application["images"];
  /** Where the Rollout stands; null without one. */
  readonly progress: Application["progress"];
  /** The host that answers through the gateway or ingress; null where the strategy has none. */
  readonly gateway: string | null;
}

/** The outputs of a stack: those of its own application, and of each service by its name. */
export interface StackOutputs extends ApplicationOutputs {
  readonly app: string;
  /** Who moves the traffic of a release. */
  readonly owner: WeightOwner;
  /** The port of every node at which the ingress gateway answers; null where it has none. */
  readonly gatewayNodePort: number | null;
  /** What other stacks have to know that use this one's platform; null where it has none of its own. */
  readonly platform: PlatformFacts | null;
  /** The Deployment to measure from, inside the mesh. */
  readonly client: string;
  readonly services: Readonly<Record<string, ApplicationOutputs>>;
}

export const applicationOutputs = (config: LabConfig, application: Application): ApplicationOutputs => ({
  strategy: config.strategy,
  namespace: config.namespace,
  weights: application.canaryShare?.apply((canary) => ({ stable: 100 - canary, canary })) ?? null,
  plan: releasePlan(config) ?? null,
  images: application.images,
  progress: application.progress,
  gateway: application.gateway ?? null,
});

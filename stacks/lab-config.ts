import type { Plan } from "../canary/plan/plan.ts";
import type { Objective } from "../canary/slo/objective.ts";
import type { StrategyName } from "../canary/strategies.ts";
import type { Weight } from "../canary/weight.ts";
import type { RolloutCanaryOptions } from "../components/rollout/render-rollout-canary.ts";
import type { AutoscalingOptions } from "../components/workload/autoscaling.ts";
import type {
  AnalysisMode,
  BlueGreenOptions,
  MigrationOptions,
  RollingUpdateOptions,
  RolloutsScope,
} from "./config/options.ts";

/** One stack's settings, checked. Pulumi.yaml describes each and holds its default; those of objects' fields are in config/rule-table.ts. */
export interface LabConfig {
  /** Share of the traffic that the canary gets. Without meaning where a controller owns the weights (`owner` in canary/strategies.ts). */
  readonly canaryWeight: Weight;
  readonly strategy: StrategyName;
  readonly plan: Plan;
  readonly objective: Objective;
  /** Of strategy rollout-canary. */
  readonly analysis: AnalysisMode;
  readonly rolloutCanary: RolloutCanaryOptions;
  readonly blueGreen: BlueGreenOptions;
  readonly rollingUpdate: RollingUpdateOptions;
  /** Only with strategy rollout-canary: the Deployment of strategy rolling-update stays, and the Rollout refers to it. */
  readonly migration?: MigrationOptions;
  /** Name of the cookie that keeps a user on one version; absent for none. */
  readonly stickyCookie?: string;
  /** A DNS label. */
  readonly namespace: string;
  /** A DNS label of at most 40 characters, so that the names derived from it fit. */
  readonly app: string;
  readonly stableImage: string;
  readonly canaryImage: string;
  /** The stable image before the last release, for a rollback of it; written by canaryctl, and absent while a release is under way. */
  readonly previousImage?: string;
  /** Image of the pod that traffic is measured from. */
  readonly clientImage: string;
  /** Whether the canary's pods run. Where they do not, and the config owns the weight, `canaryWeight` is 0. */
  readonly canaryEnabled: boolean;
  /** Pods of the stable side, 1..50. */
  readonly replicas: number;
  /** Who counts the pods by their load, in place of `replicas` and `canaryReplicas`; absent for nobody. */
  readonly autoscaling?: AutoscalingOptions;
  /** Pods of the canary side, 1..50. */
  readonly canaryReplicas: number;
  /** Whether a side may get a share of the traffic that it has too few ready pods for. */
  readonly allowOverload: boolean;
  /** Pods of Istio's control plane, 1..5. */
  readonly istiodReplicas: number;
  /** 30000..32767. */
  readonly gatewayNodePort: number;
  readonly monitoring: boolean;
  readonly rollouts: RolloutsScope;
  readonly argoCd: boolean;
  readonly kubeContext?: string;
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string;
  /** `host[:port][/path]`. */
  readonly imageRegistry?: string;
  /** Path of a folder. */
  readonly chartMirror?: string;
}

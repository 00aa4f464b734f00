import type { AnalysisReference } from "../slo/analysis.ts";
import type { PodManifest } from "../workload/render-pod.ts";

export type { AnalysisReference };

/**
 * A Rollout (argoproj.io/v1alpha1, controller 1.9) as this lab writes it. The custom resource's own schema takes nearly anything; these
 * types take no misspelt field, no strategy without its Services, no step with two actions, no Rollout without pods, and no template
 * of its own beside a reference to somebody else's.
 */
export interface RolloutManifest<Strategy extends RolloutStrategy = RolloutStrategy> {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly replicas: number;
    readonly revisionHistoryLimit: number;
    /** Seconds without progress after which the Rollout is Degraded. */
    readonly progressDeadlineSeconds: number;
    readonly strategy: Strategy;
  };
  readonly pods: OwnPods | ReferredPods;
}

/** The Rollout holds the template; the labels that it selects by are taken from it, so that the two cannot differ. */
export interface OwnPods {
  readonly template: PodManifest;
}

/** The template, and the selector, are those of a Deployment in the same namespace. */
export interface ReferredPods {
  readonly workloadRef: {
    readonly apiVersion: "apps/v1";
    readonly kind: "Deployment";
    readonly name: string;
    readonly scaleDown: ScaleDown;
  };
}

/** What becomes of the Deployment's own pods: they stay, go when the Rollout is Healthy, or go one by one as the Rollout's come. */
export type ScaleDown = "never" | "onsuccess" | "progressively";

export type RolloutStrategy = { readonly canary: CanaryStrategy } | { readonly blueGreen: BlueGreenStrategy };

export interface CanaryStrategy {
  readonly stableService: string;
  readonly canaryService: string;
  readonly canaryMetadata: PodMetadata;
  readonly stableMetadata: PodMetadata;
  /** Seconds for which the pods of an aborted canary are kept; the requests leave them at once. */
  readonly abortScaleDownDelaySeconds: number;
  /**
   * On would take the old pods away before the last requests have left them, which answers 503. Off is its default, and a `false`
   * would be drift: the controller leaves it out when it writes the Rollout.
   */
  readonly dynamicStableScale?: never;
  readonly trafficRouting: IstioRouting;
  /** Runs beside the steps from `startingStep` on. */
  readonly analysis?: AnalysisReference & { readonly startingStep: number };
  readonly steps: readonly [CanaryStep, ...CanaryStep[]];
}

/** How one colour takes over from the other: the part of the strategy that does not follow from the application's name. */
export interface RolloutBlueGreenOptions {
  /** Whether the preview becomes active without a promotion. Default: false. */
  readonly autoPromotionEnabled: boolean;
  /** Seconds, from 1, that it waits before it does; none where left out. Without `autoPromotionEnabled` it has no effect. */
  readonly autoPromotionSeconds?: number;
  /** Pods of the preview until its promotion, at least 1; as many as of the active colour where left out. */
  readonly previewReplicaCount?: number;
  /** Decides whether the preview may be promoted. */
  readonly prePromotionAnalysis?: AnalysisReference;
  /** Decides whether the new active colour may stay: where it fails, the requests go back. */
  readonly postPromotionAnalysis?: AnalysisReference;
  /** Seconds for which the old colour's pods stay after a switch, so that going back needs none to start. Default: 30. */
  readonly scaleDownDelaySeconds: number;
  /** How many old colours may wait for that; no limit where left out. */
  readonly scaleDownDelayRevisionLimit?: number;
  /** Seconds for which the preview's pods stay after an abort; 0 keeps them. Default: 30. */
  readonly abortScaleDownDelaySeconds: number;
}

export const rolloutBlueGreenDefaults = {
  autoPromotionEnabled: false,
  scaleDownDelaySeconds: 30,
  abortScaleDownDelaySeconds: 30,
} as const satisfies RolloutBlueGreenOptions;

export interface BlueGreenStrategy extends RolloutBlueGreenOptions {
  readonly activeService: string;
  readonly previewService: string;
  readonly activeMetadata?: PodMetadata;
  readonly previewMetadata?: PodMetadata;
}

/** Labels that pods carry for as long as they have the role. */
export interface PodMetadata {
  readonly labels: Readonly<Record<string, string>>;
}

export interface IstioRouting {
  /** Routes that the controller adds while a canary runs, the first match first; a step that makes one must find its name here. */
  readonly managedRoutes?: readonly { readonly name: string }[];
  readonly istio: {
    readonly virtualService: { readonly name: string; readonly routes: readonly [string] };
    readonly destinationRule: {
      readonly name: string;
      readonly stableSubsetName: string;
      readonly canarySubsetName: string;
    };
  };
}

/** Exactly one action. */
export type CanaryStep =
  | { readonly setWeight: number }
  /** Without a duration it lasts until somebody promotes. */
  | { readonly pause: { readonly duration?: string } }
  | { readonly analysis: AnalysisReference }
  | { readonly experiment: ExperimentStep }
  | { readonly setCanaryScale: { readonly weight: number } | { readonly matchTrafficWeight: true } }
  | {
      readonly setHeaderRoute: {
        readonly name: string;
        readonly match: readonly { readonly headerName: string; readonly headerValue: { readonly exact: string } }[];
      };
    }
  /** Without `match` the route is taken away. */
  | {
      readonly setMirrorRoute: {
        readonly name: string;
        readonly percentage?: number;
        readonly match?: readonly { readonly path: { readonly prefix: string } }[];
      };
    };

/**
 * No template has a weight: the controller would send its share to a Service at the container's port, where a sidecar's route finds
 * only Services at the port that was called, and every such request ends in 503 (seen with 1.9.1 and ports 80 and 8080).
 */
export interface ExperimentStep {
  readonly duration: string;
  readonly scaleDownDelaySeconds: number;
  readonly templates: readonly {
    readonly name: string;
    readonly specRef: "stable" | "canary";
    readonly replicas: number;
    readonly metadata: PodMetadata;
    /** Made by the controller for the time of the experiment, at the container's port. */
    readonly service: { readonly name: string };
  }[];
}

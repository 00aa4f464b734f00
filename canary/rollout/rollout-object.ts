import type { Condition } from "../pods/pod-object.ts";

/** The reason of a pause that an analysis without a verdict has made (pkg/apis/rollouts/v1alpha1/types.go, PauseReason). */
export const noVerdict = "InconclusiveAnalysisRun";

/** The fields of a Rollout that tell how far it is (argoproj.io/v1alpha1, controller 1.9). */
export interface RolloutObject {
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly progressDeadlineSeconds?: number;
    readonly template?: {
      readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
    };
    readonly workloadRef?: { readonly name: string };
    readonly strategy: {
      readonly canary?: { readonly steps?: readonly CanaryStepObject[]; readonly analysis?: object };
      readonly blueGreen?: {
        readonly autoPromotionEnabled?: boolean;
        readonly autoPromotionSeconds?: number;
        readonly prePromotionAnalysis?: object;
        readonly postPromotionAnalysis?: object;
      };
    };
  };
  readonly status?: {
    /** The controller writes it as text, and so do the two other generations. */
    readonly observedGeneration?: string;
    readonly workloadObservedGeneration?: string;
    readonly phase?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly abort?: boolean;
    readonly promoteFull?: boolean;
    readonly abortedAt?: string;
    readonly controllerPause?: boolean;
    readonly pauseConditions?: readonly { readonly reason: string; readonly startTime?: string }[];
    readonly currentPodHash?: string;
    readonly stableRS?: string;
    readonly currentStepIndex?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly canary?: {
      readonly weights?: { readonly canary: { readonly weight: number } };
      readonly currentStepAnalysisRunStatus?: RunReference;
      readonly currentBackgroundAnalysisRunStatus?: RunReference;
    };
    readonly blueGreen?: {
      readonly activeSelector?: string;
      readonly previewSelector?: string;
      readonly prePromotionAnalysisRunStatus?: RunReference;
      readonly postPromotionAnalysisRunStatus?: RunReference;
    };
  };
}

/** One step: exactly one of its fields is set. */
export interface CanaryStepObject {
  readonly setWeight?: number;
  readonly pause?: { readonly duration?: string | number };
  readonly analysis?: object;
  readonly experiment?: { readonly duration?: string | number };
  readonly setCanaryScale?: object;
  /** Without matches it takes the route of that name away. */
  readonly setHeaderRoute?: { readonly name: string; readonly match?: readonly object[] };
  readonly setMirrorRoute?: object;
}

interface RunReference {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
}

/** The fields of an AnalysisRun that tell what was measured. */
export interface AnalysisRunObject {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly metricResults?: readonly {
      readonly name: string;
      readonly phase: string;
      readonly message?: string;
      readonly measurements?: readonly { readonly value?: string }[];
    }[];
  };
}

import { type AnalysisRunObject, type CanaryStepObject, noVerdict, type RolloutObject } from "./rollout-object.ts";

const phases = ["Healthy", "Paused", "Progressing", "Degraded"] as const;
type RolloutPhase = (typeof phases)[number];

/** An analysis of the revision under way, as it stands. */
export interface AnalysisStatus {
  readonly kind: "step" | "background" | "pre-promotion" | "post-promotion";
  /** Name of the AnalysisRun. */
  readonly name: string;
  /** Pending, Running, Successful, Failed, Error or Inconclusive. */
  readonly phase: string;
  readonly message: string;
  /** Known only where the AnalysisRun itself was given; `value` is what was measured last, as the provider wrote it. */
  readonly metrics: readonly { readonly name: string; readonly phase: string; readonly value?: string }[];
}

/**
 * How far a Rollout is. "The new revision" is the one that its spec asks for now; where that has yet to be observed, step, weight and
 * pods are still those of the one before.
 */
export interface RolloutStatus {
  readonly strategy: "canary" | "blueGreen";
  /** Right for the spec as it is now: what the controller said of an older one counts as Progressing. */
  readonly phase: RolloutPhase;
  /** Why it is in that phase; empty where nothing has to be said. */
  readonly message: string;
  /** Whether the controller has read the spec as it is now. */
  readonly isObserved: boolean;
  /** Steps that are done, 0..steps; absent without steps. */
  readonly step?: number;
  readonly steps: number;
  /** The step that is being taken, such as `pause 30s`. */
  readonly stepText?: string;
  /** Percent of the requests that the new revision gets: 100 when it has been promoted, 0 after an abort. */
  readonly weight: number;
  /** Why it stands still; without `seconds` it does so until somebody promotes. */
  readonly pause?: { readonly reason: string; readonly seconds?: number };
  /** It stands still, and no time that passes will change that. */
  readonly isWaitingForUser: boolean;
  readonly isAborted: boolean;
  /** The new revision is the stable one: there is nothing left to promote. */
  readonly isFullyPromoted: boolean;
  readonly analyses: readonly AnalysisStatus[];
  readonly pods: { readonly asked: number; readonly updated: number; readonly available: number };
  /** `rollouts-pod-template-hash` of the pods of each role; empty where there are none yet. */
  readonly hashes: {
    readonly current: string;
    readonly stable: string;
    readonly active: string;
    readonly preview: string;
  };
}

/**
 * Whether a release is under way: its first pods are ready, and it is at a step that takes its time. What comes afterwards is between the
 * plan, the controller and who promotes; nobody has to wait for it.
 */
export function hasBegun(status: RolloutStatus): boolean {
  const { phase, hashes, isObserved, isAborted, isFullyPromoted, stepText, analyses } = status;
  if (!isObserved || isAborted || isFullyPromoted || hashes.stable === "" || phase === "Degraded") return false;
  return (
    phase === "Paused" || /^(pause|analysis|experiment)/.test(stepText ?? "") || isAnalysed(status.strategy, analyses)
  );
}

/** Colours are analysed when their pods are ready, before or after the switch. */
const isAnalysed = (strategy: RolloutStatus["strategy"], analyses: readonly AnalysisStatus[]): boolean =>
  strategy === "blueGreen" && analyses.length > 0;

const workloadGeneration = "rollout.argoproj.io/workload-generation";

/**
 * Reads how far a Rollout is. The controller computes phase and message; a client has to see that they are about the spec as it is
 * now. The rules are those of argo-rollouts 1.9.1, utils/rollout/rolloututil.go (GetRolloutPhase), and for weight and step
 * pkg/kubectl-argo-rollouts/info/rollout_info.go, with one difference: a Rollout that no controller has looked at yet is Progressing.
 *
 * @param related.analysisRuns those of the namespace, to learn what was measured
 * @param related.workloadGeneration of the Deployment that `workloadRef` names: the controller notes it only after a moment
 */
export function readRollout(
  rollout: RolloutObject,
  related: { readonly analysisRuns?: readonly AnalysisRunObject[]; readonly workloadGeneration?: number } = {},
): RolloutStatus {
  const { spec, status = {} } = rollout;
  const { canary } = spec.strategy;
  const current = status.currentPodHash ?? "";
  const stable = status.stableRS ?? "";
  const steps = canary?.steps ?? [];
  const step = steps.length > 0 ? (status.currentStepIndex ?? 0) : undefined;
  const stepText = step === undefined ? undefined : textOf(steps[step]);
  const unseen = whatIsUnseen(rollout, related.workloadGeneration);
  const isStable = current !== "" && current === stable;
  const phase = unseen ? "Progressing" : (phases.find((known) => known === status.phase) ?? "Progressing");
  const pause = phase === "Paused" ? pauseOf(rollout, steps[step ?? 0]) : undefined;
  return {
    strategy: canary ? "canary" : "blueGreen",
    phase,
    message: unseen ?? status.message ?? "",
    isObserved: unseen === undefined,
    ...(step !== undefined && { step }),
    steps: steps.length,
    ...(stepText !== undefined && { stepText }),
    weight: weightOf(rollout, isStable),
    ...(pause && { pause }),
    isWaitingForUser: pause !== undefined && pause.seconds === undefined,
    isAborted: status.abort === true,
    isFullyPromoted: isStable && unseen === undefined,
    analyses: analysesOf(status, related.analysisRuns ?? []),
    pods: {
      asked: spec.replicas ?? 1,
      updated: status.updatedReplicas ?? 0,
      available: status.availableReplicas ?? 0,
    },
    hashes: {
      current,
      stable,
      active: status.blueGreen?.activeSelector ?? "",
      preview: status.blueGreen?.previewSelector ?? "",
    },
  };
}

/** What the controller has yet to see, in words; undefined where its status is about the present. */
function whatIsUnseen({ metadata, spec, status = {} }: RolloutObject, deployment?: number): string | undefined {
  if (!status.observedGeneration) return "waiting for the controller to look at the Rollout";
  if (Number(status.observedGeneration) !== metadata.generation)
    return "waiting for the controller to see the new spec";
  const command = commandToFollow(spec, status);
  if (command) return `waiting for the controller to ${command}`;
  if (!spec.workloadRef) return undefined;
  const observed = Number(status.workloadObservedGeneration);
  const noted = metadata.annotations?.[workloadGeneration];
  const isCurrent =
    (noted === undefined || observed === Number(noted)) && (deployment === undefined || observed === deployment);
  return isCurrent ? undefined : "waiting for the controller to see the Deployment's new spec";
}

/** What somebody told the controller by the status itself, which has no generation: phase and message follow a moment later. */
function commandToFollow(
  { paused }: RolloutObject["spec"],
  status: NonNullable<RolloutObject["status"]>,
): string | undefined {
  const { phase, message = "", abort, controllerPause, pauseConditions, promoteFull } = status;
  if (abort) return phase === "Degraded" ? undefined : "abort";
  if (phase === "Degraded" && message.startsWith("RolloutAborted")) return "try again";
  const isUnpaused = !pauseConditions?.length && (controllerPause || (phase === "Paused" && !paused));
  const isPromoted = isUnpaused || (promoteFull && phase === "Paused");
  return isPromoted ? "go on" : undefined;
}

function pauseOf({ spec, status = {} }: RolloutObject, step: CanaryStepObject | undefined): RolloutStatus["pause"] {
  if (spec.paused) return { reason: "manually paused" };
  const reasons = status.pauseConditions?.map(({ reason }) => reason) ?? [];
  const { blueGreen } = spec.strategy;
  // An analysis without a verdict waits for a person, whatever else would end by itself.
  if (reasons.includes(noVerdict)) return { reason: noVerdict };
  const reason = reasons[0] ?? status.message ?? "";
  const seconds = blueGreen
    ? blueGreen.autoPromotionEnabled !== false && blueGreen.autoPromotionSeconds
    : step?.pause?.duration !== undefined && durationSeconds(step.pause.duration);
  return typeof seconds === "number" && seconds >= 0 ? { reason, seconds } : { reason };
}

function weightOf({ spec, status = {} }: RolloutObject, isStable: boolean): number {
  if (isStable) return 100;
  if (spec.strategy.blueGreen) {
    const { activeSelector } = status.blueGreen ?? {};
    return activeSelector && activeSelector === status.currentPodHash ? 100 : 0;
  }
  const routed = status.canary?.weights?.canary.weight;
  if (routed !== undefined) return routed;
  if (status.abort) return 0;
  const taken = spec.strategy.canary?.steps?.slice(0, (status.currentStepIndex ?? 0) + 1) ?? [];
  return taken.findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
}

function analysesOf(
  { canary, blueGreen }: NonNullable<RolloutObject["status"]>,
  runs: readonly AnalysisRunObject[],
): readonly AnalysisStatus[] {
  const references = [
    ["step", canary?.currentStepAnalysisRunStatus],
    ["background", canary?.currentBackgroundAnalysisRunStatus],
    ["pre-promotion", blueGreen?.prePromotionAnalysisRunStatus],
    ["post-promotion", blueGreen?.postPromotionAnalysisRunStatus],
  ] as const;
  return references.flatMap(([kind, run]) => {
    if (!run) return [];
    const results = runs.find(({ metadata }) => metadata.name === run.name)?.status?.metricResults ?? [];
    const metrics = results.map(({ name, phase, measurements }) => {
      const value = measurements?.at(-1)?.value;
      return { name, phase, ...(value !== undefined && { value }) };
    });
    return [{ kind, name: run.name, phase: run.status, message: run.message ?? "", metrics }];
  });
}

function textOf(step: CanaryStepObject | undefined): string | undefined {
  if (!step) return undefined;
  if (step.setWeight !== undefined) return `weight ${step.setWeight} %`;
  if (step.pause) return step.pause.duration === undefined ? "pause" : `pause ${durationText(step.pause.duration)}`;
  return Object.keys(step)[0];
}

const durationText = (duration: string | number): string =>
  /^\d+$/.test(`${duration}`) ? `${duration}s` : `${duration}`;

/** Seconds of a duration as Argo takes it: a number of seconds, or Go's notation such as `1m30s`. NaN for anything else. */
export function durationSeconds(duration: string | number): number {
  const text = durationText(duration);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (text === "" || parts.map(([part]) => part).join("") !== text) return Number.NaN;
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? Number.NaN), 0);
}

/** A condition of a status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** When the status became what it is. */
  readonly lastTransitionTime?: string;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly message?: string; readonly exitCode?: number };
}

export interface ContainerStatus {
  readonly name: string;
  readonly image: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

/** The fields of a pod that tell whether it starts. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly uid?: string; readonly controller?: boolean }[];
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly podIP?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Why a container does not run, in the kubelet's words. */
export interface ContainerFault {
  readonly container: string;
  readonly image: string;
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
  /** Whether it has ended, more than once, and not whether it waits for something. */
  readonly isCrashing: boolean;
}

/** An object that makes pods, or makes what makes them. */
export interface PodMaker {
  readonly metadata?: { readonly name?: string; readonly uid?: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const conditionOf = (conditions: readonly Condition[] | undefined, wanted: string): Condition | undefined =>
  conditions?.find(({ type }) => type === wanted);

export const isReady = ({ metadata, status }: PodObject): boolean =>
  metadata.deletionTimestamp === undefined && conditionOf(status?.conditions, "Ready")?.status === "True";

/** Since when a pod is not ready, in milliseconds; undefined where it is, or its kubelet has not said so yet. */
export function unreadySince({ status }: Pick<PodObject, "status">): number | undefined {
  const ready = conditionOf(status?.conditions, "Ready");
  return ready?.status === "False" && ready.lastTransitionTime ? Date.parse(ready.lastTransitionTime) : undefined;
}

/** Why the containers of a pod do not run; none where they run, or only begin to. */
export const containerFaults = ({ status = {} }: Pick<PodObject, "status">): readonly ContainerFault[] =>
  [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(faultOf);

/** Whether it waits before a next try that could be made at once: a pod in its place begins without that wait. */
export const isBackingOff = (pod: Pick<PodObject, "status">): boolean =>
  containerFaults(pod).some(({ reason, isCrashing }) => isCrashing || /BackOff$|^ErrImagePull$/.test(reason));

type Ended = NonNullable<ContainerState["terminated"]>;

/** For up to ten seconds after each end the kubelet shows that end, and only then that it waits before it starts the container again. */
function faultOf({
  name,
  image,
  ready,
  state,
  lastState,
  restartCount = 0,
}: ContainerStatus): readonly ContainerFault[] {
  const { waiting, terminated } = state ?? {};
  const fault = { container: name, image, restarts: restartCount };
  if (terminated && !ready && restartCount > 0) {
    const message = endText(terminated);
    return [{ ...fault, reason: terminated.reason ?? "ended", message, isCrashing: true }];
  }
  if (!waiting?.reason || ["ContainerCreating", "PodInitializing"].includes(waiting.reason)) return [];
  const ended = lastState?.terminated;
  const why = ended && `${ended.reason ?? "ended"}, ${endText(ended)}`;
  const message = [waiting.message, why].filter(Boolean).join("; last time: ");
  return [{ ...fault, reason: waiting.reason, message, isCrashing: waiting.reason === "CrashLoopBackOff" }];
}

const endText = ({ exitCode, message }: Ended): string =>
  `exit code ${exitCode ?? "unknown"}${message ? `: ${message}` : ""}`;

/** The scheduler's words; undefined where the pod has a node, or has not been looked at yet. */
export function unscheduled({ status }: Pick<PodObject, "status">): string | undefined {
  const scheduled = conditionOf(status?.conditions, "PodScheduled");
  return scheduled?.status === "False" ? (scheduled.message ?? scheduled.reason ?? "") : undefined;
}

/** Why the API server refuses what a ReplicaSet, or the controller of a Deployment, wants to make; undefined where it does not. */
export function refusal({ status }: PodMaker): string | undefined {
  const failure = conditionOf(status?.conditions, "ReplicaFailure");
  if (failure?.status === "True") return failure.message ?? "";
  const progress = conditionOf(status?.conditions, "Progressing");
  return progress?.reason === "ReplicaSetCreateError" ? (progress.message ?? "") : undefined;
}

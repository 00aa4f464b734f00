import {
  type ContainerFault,
  containerFaults,
  isReady,
  type PodMaker,
  type PodObject,
  refusal,
  unscheduled,
} from "./pod-object.ts";

/** How long the pods of a workload may take to become ready, in seconds, before it is said why they did not. */
export const startSeconds = 240;

/** What keeps pods from starting. */
export type StartCause =
  | "quota"
  | "limit-range"
  | "pod-security"
  | "service-account"
  | "webhook"
  | "admission"
  | "image"
  | "container"
  | "crash"
  | "unschedulable";

/** Why a pod cannot start, as the cluster says it. */
export interface StartFault {
  readonly cause: StartCause;
  /** The cluster's own words. */
  readonly words: string;
  /** Undefined where the pod was never let in. */
  readonly pod?: string;
  readonly container?: string;
  /** Seconds for which it has to last before it counts: what is over by then was no fault. */
  readonly graceSeconds: number;
}

/** The pods that a workload is to have now. */
interface StartingPods {
  /** The ReplicaSet, and the Deployment where it has none yet. */
  readonly makers: readonly PodMaker[];
  readonly pods: readonly PodObject[];
  /** Pods of the same namespace that are about to go: what they hold, others may get. */
  readonly arePodsLeaving?: boolean;
}

/**
 * How long each lasts where it passes by itself, in seconds: a quota is counted again when pods have gone, the default ServiceAccount
 * comes a moment after its namespace, a webhook is away while its pods are replaced, an image is pulled again after 10, a crashed
 * container starts again at once the first time and after 10 the second, and the scheduler looks again when something changes.
 */
const graceSeconds: Readonly<Record<StartCause, number>> = {
  quota: 4,
  "limit-range": 2,
  "pod-security": 2,
  "service-account": 4,
  webhook: 10,
  admission: 2,
  image: 11,
  container: 3,
  crash: 5,
  unschedulable: 6,
};

/** Why pods of a workload cannot start, one for each cause and container; none where all are ready, or only begin to start. */
export function startFaults({ makers, pods, arePodsLeaving = false }: StartingPods): readonly StartFault[] {
  const refused = makers.flatMap((maker) => {
    const words = refusal(maker);
    return words === undefined ? [] : [fault(refusalCause(words), withoutPodName(words))];
  });
  const starting = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && !isReady(pod));
  const found = [...refused, ...starting.flatMap(podFaults)];
  const distinct = [...new Map(found.map((one) => [faultKey(one), one])).values()];
  if (!arePodsLeaving) return distinct;
  return distinct.filter(({ cause }) => cause !== "quota" && cause !== "unschedulable");
}

/** What makes two looks see the same fault, whatever the words are at the moment. */
export const faultKey = ({ cause, container = "" }: StartFault): string => `${cause}/${container}`;

const fault = (cause: StartCause, words: string, more: Partial<StartFault> = {}): StartFault => ({
  cause,
  words,
  graceSeconds: graceSeconds[cause],
  ...more,
});

function podFaults(pod: PodObject): readonly StartFault[] {
  const { name } = pod.metadata;
  const words = unscheduled(pod);
  if (words !== undefined) return [fault("unschedulable", words, { pod: name })];
  return containerFaults(pod).map((one) => {
    const { container, reason, message } = one;
    const cause = containerCause(one);
    const isFinal = cause === "image" && isDefinite(`${reason} ${message}`);
    return fault(cause, message ? `${reason}: ${message}` : reason, {
      pod: name,
      container,
      ...(isFinal && { graceSeconds: 3 }),
    });
  });
}

const imageReasons = [
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
];

/** What keeps a container from running, by the reason that the kubelet gives. */
export function containerCause({ reason, isCrashing }: ContainerFault): "image" | "crash" | "container" {
  if (imageReasons.includes(reason)) return "image";
  return isCrashing ? "crash" : "container";
}

/** A registry that answers so will answer so again; one that does not answer may come back. */
const isDefinite = (words: string): boolean =>
  /InvalidImageName|ErrImageNeverPull|not found|manifest unknown|unauthorized|denied|forbidden|x509/i.test(words);

/** Why the API server does not let a pod in, by its message. */
export function refusalCause(message: string): StartCause {
  if (/exceeded quota|failed quota/.test(message)) return "quota";
  if (message.includes("violates PodSecurity")) return "pod-security";
  if (/failed calling webhook/.test(message)) return "webhook";
  if (/error looking up service account|serviceaccount ".*" not found/.test(message)) return "service-account";
  if (/(maximum|minimum) \S+ usage per|limit to request ratio/.test(message)) return "limit-range";
  return "admission";
}

/** A pod that was not let in has a new name with each try. */
const withoutPodName = (message: string): string => message.replace(/^pods "[^"]*" is forbidden: /, "");

import type { PodClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import {
  isBackingOff,
  isReady,
  type PodMaker,
  type PodObject,
  refusal,
  unreadySince,
} from "../../canary/pods/pod-object.ts";
import { type StartFault, startFaults, startSeconds } from "../../canary/pods/start-fault.ts";
import { StartWatch } from "../../canary/pods/start-watch.ts";
import { eventsPath, podLogPath, podPath, podsPath, replicaSetsPath } from "../../cluster/kube/paths.ts";
import { retryPods } from "./retry-pods.ts";

/** The fields of a ReplicaSet that tell whose it is, and whether its pods are let in. */
export interface ReplicaSetObject extends PodMaker {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid?: string; readonly controller?: boolean }[];
  };
}

interface EventObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

const timeOf = ({ lastTimestamp, eventTime }: EventObject): string => lastTimestamp ?? eventTime ?? "";

/** A workload whose pods start, for messages. */
interface StartingWorkload {
  readonly namespace: string;
  readonly name: string;
  /** Such as `Deployment canary-lab/versioned-echo-v2`. */
  readonly place: string;
  /** Commands that go on from where its pods cannot start. */
  readonly next: readonly string[];
}

/** What reads pods, and has those that wait out a back-off try again. */
export type StartClient = Pick<PodClient, "get" | "patch" | "delete" | "text">;

/** Another node may come for a pod when one of these says so: Cluster Autoscaler and Karpenter. */
const nodeComes = ["TriggeredScaleUp", "Nominated"];

/** How long a pod may be silent before its events are asked, in milliseconds. */
const silenceMilliseconds = 4000;

/** How long a pod that has long been unready gets to recover by what the update mends, in milliseconds. */
const recoveryMilliseconds = 12_000;

/** Looks at the pods that a workload is to have now, again and again, and ends the wait for those that cannot start. */
export class PodStart {
  readonly #client: StartClient;
  readonly #workload: StartingWorkload;
  readonly #watch = new StartWatch();
  #beganAt: number | undefined;

  constructor(client: StartClient, workload: StartingWorkload) {
    this.#client = client;
    this.#workload = workload;
  }

  /**
   * One look. The first one also makes what waits out a back-off try again at once: the cause may be mended.
   *
   * @param maker the workload, whose status says why it has no ReplicaSet; a DaemonSet makes its pods itself
   * @param isCurrent finds the ReplicaSet that it is to have now
   * @returns what its pods wait for; undefined where they only begin to start
   * @throws UserError where they cannot start, with the cluster's own words
   */
  async look(maker: PodMaker, isCurrent: (set: ReplicaSetObject) => boolean, now: number): Promise<string | undefined> {
    const { namespace } = this.#workload;
    const list = <T>(path: string) => this.#client.get<{ readonly items: readonly T[] }>(path);
    const [sets, all] = await Promise.all([
      list<ReplicaSetObject>(replicaSetsPath(namespace, {})),
      list<PodObject>(podsPath(namespace, {})),
    ]);
    const set = sets?.items.find(isCurrent);
    const pods = (all?.items ?? []).filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ controller, uid }) => controller && uid === (set ?? maker).metadata?.uid),
    );
    const isFirst = this.#beganAt === undefined;
    this.#beganAt ??= now;
    if (isFirst && (await this.#retry(set, pods))) return undefined;
    const arePodsLeaving = (all?.items ?? []).some(({ metadata }) => metadata.deletionTimestamp !== undefined);
    const faults = startFaults({ makers: set ? [set] : [maker], pods, arePodsLeaving });
    const [lasting] = this.#watch.look(faults, now);
    if (lasting) return this.#end(lasting);
    const [fault] = faults;
    if (fault) return fault.words;
    const waited = now - this.#beganAt;
    if (waited < silenceMilliseconds) return undefined;
    const words = await this.#silence(pods);
    if (waited >= recoveryMilliseconds) this.#refuseLongUnready(pods, now, words);
    return words;
  }

  /** @throws UserError where a pod has had the time of a start already: it will not be ready for being waited for once more */
  #refuseLongUnready(pods: readonly PodObject[], now: number, words: string | undefined): void {
    const { name, place, next } = this.#workload;
    const pod = pods.find((one) => now - (unreadySince(one) ?? now) > startSeconds * 1000);
    if (!pod) return;
    const minutes = Math.floor((now - (unreadySince(pod) ?? now)) / 60_000);
    throw new UserError(
      `Pods of ${name} run and have not been ready for ${minutes} minutes${words ? `: ${words.trim().replace(/\.$/, "")}` : ""}.`,
      { place: `${place}, pod ${pod.metadata.name}`, next: [...next, "npx canaryctl doctor"] },
    );
  }

  /** @returns whether anything had to try again: what was read of it counts no more */
  async #retry(set: ReplicaSetObject | undefined, pods: readonly PodObject[]): Promise<boolean> {
    const { namespace } = this.#workload;
    const waiting = pods.filter(isBackingOff);
    await Promise.all(waiting.map(({ metadata }) => this.#client.delete(podPath(namespace, metadata.name))));
    if (!set || refusal(set) === undefined) return waiting.length > 0;
    await retryPods(this.#client, namespace, set.metadata.name);
    return true;
  }

  /** @throws UserError; where a node is on its way it gives the words for it instead */
  async #end(fault: StartFault): Promise<string> {
    const { name, place, next } = this.#workload;
    const events = fault.pod === undefined ? [] : await this.#events(fault.pod);
    const comes = events.findLast(({ reason = "" }) => nodeComes.includes(reason));
    if (fault.cause === "unschedulable" && comes) return `${fault.words} (${comes.message})`;
    const words = fault.cause === "image" ? pullWords(fault.words, events) : fault.words;
    const secret = fault.cause === "image" ? missingSecret(events) : undefined;
    const log = fault.cause === "crash" ? await this.#lastLines(fault) : "";
    const more = secret === undefined ? log : `; ${secret}`;
    throw new UserError(`Pods of ${name} cannot start: ${words.trim().replace(/\.$/, "")}${more}.`, {
      place: fault.pod === undefined ? place : `${place}, pod ${fault.pod}`,
      first: secret === undefined ? remedies[fault.cause] : makeSecret(this.#workload.namespace),
      next,
    });
  }

  /** What a pod that runs, or begins to, waits for, by what the cluster noted of it last. */
  async #silence(pods: readonly PodObject[]): Promise<string | undefined> {
    const pod = pods.find((one) => !isReady(one));
    if (!pod) return undefined;
    const events = await this.#events(pod.metadata.name);
    const last =
      events.findLast(({ type }) => type === "Warning") ?? events.findLast(({ reason }) => reason === "Pulling");
    return last && `${last.reason}: ${last.message}`;
  }

  /** The latest last. */
  async #events(pod: string): Promise<readonly EventObject[]> {
    const { namespace } = this.#workload;
    const list = await this.#client.get<{ readonly items: readonly EventObject[] }>(eventsPath(namespace, pod));
    return (list?.items ?? []).toSorted((one, other) => timeOf(one).localeCompare(timeOf(other)));
  }

  async #lastLines({ pod = "", container = "" }: StartFault): Promise<string> {
    const path = podLogPath(this.#workload.namespace, pod, { container, tailLines: 3 });
    const text = await this.#client.text(path).catch(() => undefined);
    const lines =
      text
        ?.trim()
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean) ?? [];
    return lines.length > 0 ? `; its last lines: ${lines.join(" | ").slice(-600)}` : "";
  }
}

/** Before Kubernetes 1.31 a pod that waits for the next pull says nothing of the last one; its events do. */
function pullWords(words: string, events: readonly EventObject[]): string {
  if (/ErrImagePull: ./.test(words) || !/^ImagePullBackOff/.test(words)) return words;
  const failed = events.findLast(({ reason, message = "" }) => reason === "Failed" && /pull/.test(message));
  return failed?.message ?? words;
}

/** What the kubelet says of a Secret that a pod is to pull with and that is not there: it goes on without it. */
const missingSecret = (events: readonly EventObject[]): string | undefined =>
  events
    .findLast(({ reason }) => reason === "FailedToRetrieveImagePullSecret")
    ?.message?.trim()
    .replace(/\.$/, "");

const makeSecret = (namespace: string): string =>
  `make the Secret that imagePullSecret names, from the file in which \`docker login\` notes it: kubectl -n ${namespace} create secret generic NAME --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=FILE`;

/** What a person does about each cause. */
export const remedies: Readonly<Record<StartFault["cause"], string>> = {
  quota: "make room in the ResourceQuota, or ask for fewer pods",
  "limit-range": "change the LimitRange of the namespace",
  "pod-security": "let the namespace have pods with sidecars: its label pod-security.kubernetes.io/enforce",
  "service-account": "make the ServiceAccount again",
  webhook: "bring back what serves the webhook",
  admission: "change the policy that refuses the pods, or what it refuses",
  image: "name an image that the registry has, and that the cluster may pull",
  container: "give the container what it lacks",
  crash: "mend what the container ends with",
  unschedulable: "make room on a node, or take away what keeps the pods from it",
};

import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { Condition } from "../../canary/pods/pod-object.ts";
import { daemonSetPath, deploymentsPath } from "../../cluster/kube/paths.ts";
import { PodStart, type ReplicaSetObject, type StartClient } from "./pod-start.ts";
import { unlessSilent } from "./wait-until.ts";

/** A Deployment that is waited for. */
export interface DeploymentStart {
  /** Default: Deployment. */
  readonly kind?: "Deployment" | "DaemonSet";
  readonly namespace: string;
  readonly name: string;
  /** How long its pods may take, in seconds. */
  readonly seconds: number;
  /** Commands that go on from where they cannot start. */
  readonly next: readonly string[];
}

export interface LiveDeployment {
  readonly metadata: {
    readonly uid?: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly replicas?: number; readonly paused?: boolean };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

const betweenLooksMilliseconds = 300;
/** How long the API server may be away. */
const silenceMilliseconds = 60_000;

/** As `kubectl rollout status` has it: all pods are of the present template and available, and no others are left. */
export function isComplete({ metadata, spec, status = {} }: LiveDeployment): boolean {
  const wanted = spec.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  return (
    status.observedGeneration === metadata.generation &&
    updatedReplicas >= wanted &&
    replicas <= updatedReplicas &&
    availableReplicas >= updatedReplicas
  );
}

const revisionAnnotation = "deployment.kubernetes.io/revision";

/** Whether a ReplicaSet is that of a Deployment's present template. */
export const isCurrentOf =
  ({ metadata: deployment }: LiveDeployment) =>
  ({ metadata }: ReplicaSetObject): boolean =>
    metadata.ownerReferences?.some(({ uid }) => uid === deployment.uid) === true &&
    metadata.annotations?.[revisionAnnotation] === deployment.annotations?.[revisionAnnotation];

/** How a message names it. */
export const deploymentPlace = ({
  kind = "Deployment",
  namespace,
  name,
}: Pick<DeploymentStart, "kind" | "namespace" | "name">): string => `${kind} ${namespace}/${name}`;

interface LiveDaemonSet {
  readonly metadata: LiveDeployment["metadata"];
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly numberReady?: number;
  };
}

/** A DaemonSet in a Deployment's words: it wants as many pods as there are nodes for it. */
const asDeployment = ({ metadata, status = {} }: LiveDaemonSet): LiveDeployment => ({
  metadata,
  spec: { replicas: status.desiredNumberScheduled ?? 0 },
  status: {
    observedGeneration: status.observedGeneration ?? 0,
    replicas: status.currentNumberScheduled ?? 0,
    readyReplicas: status.numberReady ?? 0,
    updatedReplicas: status.updatedNumberScheduled ?? 0,
    availableReplicas: status.numberAvailable ?? 0,
  },
});

async function readLive(
  client: StartClient,
  { kind, namespace, name }: DeploymentStart,
): Promise<LiveDeployment | undefined> {
  if (kind !== "DaemonSet") return client.get<LiveDeployment>(deploymentsPath(namespace, name));
  const live = await client.get<LiveDaemonSet>(daemonSetPath(namespace, name));
  return live && asDeployment(live);
}

interface StartListener {
  /** Gets each change of what the pods wait for. */
  readonly say: (line: string) => void;
  /** Gets how many pods serve, of whatever template, at each look. */
  readonly onReady?: (pods: number) => void;
  readonly clock?: Clock;
}

/**
 * Waits until the pods of a Deployment are ready.
 *
 * @throws UserError where they cannot start, as soon as that is certain; where they take too long
 */
export async function untilStarted(
  client: StartClient,
  wanted: DeploymentStart,
  { say, onReady, clock = { now: Date.now, sleep } }: StartListener,
): Promise<void> {
  const { kind = "Deployment", namespace, name, seconds, next } = wanted;
  const place = deploymentPlace(wanted);
  const start = new PodStart(client, { namespace, name, place, next });
  const began = clock.now();
  let said = "";
  let answeredAt = began;
  for (; ; await clock.sleep(betweenLooksMilliseconds)) {
    const now = clock.now();
    const look = async () => {
      const live = await readLive(client, wanted);
      if (!live) throw new UserError(`${kind} ${name} is gone.`, { place, next });
      onReady?.(live.status?.readyReplicas ?? 0);
      return isComplete(live) ? "complete" : lineOf(live, start, now);
    };
    const seen = await unlessSilent(look, now - answeredAt < silenceMilliseconds);
    if (seen === "complete") return;
    if (seen !== "silence") {
      answeredAt = now;
      if (seen !== said) say(`${name}: ${seen}`);
      said = seen;
    }
    if (now - began > seconds * 1000)
      throw new UserError(`Not all pods of ${name} are ready after ${seconds} s: ${said}.`, {
        place,
        next: [...next, "npx canaryctl doctor"],
      });
  }
}

/** Where a Deployment stands, in words. */
async function lineOf(live: LiveDeployment, start: PodStart, now: number): Promise<string> {
  if (live.status?.observedGeneration !== live.metadata.generation) return "its controller has not looked at it yet";
  const { updatedReplicas = 0, availableReplicas = 0 } = live.status ?? {};
  const ready = `${Math.min(updatedReplicas, availableReplicas)} of ${live.spec.replicas ?? 1} new pods ready`;
  if (live.spec.paused) return `${ready}; it is paused (kubectl rollout resume)`;
  const waiting = await start.look(live, isCurrentOf(live), now);
  return waiting === undefined ? ready : `${ready}; ${waiting}`;
}

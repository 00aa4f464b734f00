import type { Input } from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { imageAnnotation } from "../image/image-version.ts";
import type { DeploymentManifest } from "../workload/deployment.ts";
import { type PodImageSpec, renderEchoPod } from "../workload/render-pod.ts";
import type { ServedSpec } from "../workload/service-spec.ts";

/** Pods, or percent of the replicas, such as `25%`. */
export type PodCount = number | `${number}%`;

/** One Deployment that goes from version to version by itself. */
export interface RollingUpdateSpec extends ApplicationName, PodImageSpec, ServedSpec {
  /** The label `version` of its pods: what the image says of itself. */
  readonly version: string;
  readonly image: Input<string>;
  /** The image as the config names it. */
  readonly reference: string;
  readonly replicas: number;
  /** How many pods may be there beside the replicas while an update runs. Not both this and `maxUnavailable` are 0. Default: 1. */
  readonly maxSurge: PodCount;
  /** How many of the replicas may be missing while an update runs. Default: 0. */
  readonly maxUnavailable: PodCount;
  /** Old revisions kept for `undo`. Default: 10. */
  readonly revisionHistoryLimit: number;
  /** Seconds that a new pod must be ready before the next one is replaced. Default: 0. */
  readonly minReadySeconds: number;
  /** Who says how many pods there are. In a migration it is the rollout controller, which takes the Deployment's pods away. Default: pulumi. */
  readonly replicasOwner: "pulumi" | "rollout-controller";
}

export const rollingUpdateDefaults = {
  maxSurge: 1,
  maxUnavailable: 0,
  revisionHistoryLimit: 10,
  minReadySeconds: 0,
  replicasOwner: "pulumi",
} as const satisfies Partial<RollingUpdateSpec>;

/** Names the owner of `spec.replicas`, so that a change of it is a change of the Deployment even where the number is the same. */
export const replicasOwnerAnnotation = "canary-lab/replicas-owner";

/** How long a pod may take to become ready before its update is told as one that does not get on. */
const startSeconds = 120;

/**
 * For how long in all new pods have to be ready before the last old one goes, in seconds. As many at a time are replaced as the surge and
 * the missing ones make, a surge rounded up and the missing ones down (Kubernetes 1.34, ResolveFenceposts).
 */
export function probationSeconds({
  replicas,
  maxSurge,
  maxUnavailable,
  minReadySeconds,
}: Pick<RollingUpdateSpec, "replicas" | "maxSurge" | "maxUnavailable" | "minReadySeconds">): number {
  const atOnce = podsOf(maxSurge, replicas, Math.ceil) + podsOf(maxUnavailable, replicas, Math.floor);
  return minReadySeconds * Math.ceil(replicas / Math.max(1, atOnce));
}

const podsOf = (count: PodCount, replicas: number, round: (pods: number) => number): number =>
  typeof count === "number" ? count : round((replicas * Number.parseInt(count, 10)) / 100);

/** The selector names no version, for it can never change. */
export function renderRollingUpdate(spec: RollingUpdateSpec): DeploymentManifest {
  const { app, namespace, maxSurge, maxUnavailable } = spec;
  return {
    metadata: {
      name: app,
      namespace,
      labels: { app },
      annotations: {
        [replicasOwnerAnnotation]: spec.replicasOwner,
        [imageAnnotation]: spec.reference,
        "pulumi.com/patchForce": "true",
      },
    },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: { app } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
      minReadySeconds: spec.minReadySeconds,
      // The API server wants more than the time that a pod has to be ready, and what is left is for its start.
      progressDeadlineSeconds: startSeconds + spec.minReadySeconds,
      revisionHistoryLimit: spec.revisionHistoryLimit,
    },
    template: renderEchoPod(spec),
  };
}

/** Drains take one pod at a time, and are not held up by a pod that is broken anyway. Not the Rollout's name: in a migration both are there. */
export const renderRollingBudget = ({ app, namespace }: Pick<RollingUpdateSpec, "app" | "namespace">) => ({
  metadata: { name: `${app}-rolling`, namespace, labels: { app } },
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: { app } },
  },
});

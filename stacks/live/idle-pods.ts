import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../canary/application-name.ts";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { revisionLabel } from "../../canary/rollout/rollout-route.ts";
import { readRollout } from "../../canary/rollout/rollout-status.ts";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { replicaSetPath, replicaSetsPath } from "../../cluster/kube/paths.ts";
import { imageOf, type PodTemplate } from "./rollout-live.ts";
import { type Wait, waitUntilClear } from "./wait-until.ts";

interface ReplicaSet {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: { readonly replicas?: number; readonly template: PodTemplate };
  /** Pods that are being deleted are not counted. */
  readonly status?: { readonly replicas?: number };
}

interface ReplicaSets {
  readonly items: readonly ReplicaSet[];
}

/** The controller notes there when pods go that nobody uses any more (RFC 3339); of an aborted release it stays when they are gone. */
const deadlineAnnotation = "scale-down-deadline";

/**
 * Waits until the pods of an image that a blue-green no longer uses are gone. Asked for again before that, they become the active ones
 * at once, without a preview, a promotion or an analysis (argo-rollouts 1.9.1, rollout/bluegreen.go, isBlueGreenFastTracked). That is
 * meant for going back to the stable image, and would bring a release that was aborted a moment ago to all users.
 *
 * @throws UserError where they stay for longer than 90 s
 */
export async function untilIdlePodsAreGone(
  client: Pick<ClusterClient, "get">,
  { app, namespace }: ApplicationName,
  image: string,
  wait: Pick<Wait, "say" | "clock" | "isPreview">,
): Promise<void> {
  const obstacle = async () => {
    const sets = await client.get<ReplicaSets>(replicaSetsPath(namespace, { app }));
    const idle = sets?.items.filter(({ spec }) => spec.replicas !== 0 && imageOf(spec.template) === image) ?? [];
    const deadline = idle.map(({ metadata }) => metadata.annotations?.[deadlineAnnotation]).find(Boolean);
    return deadline && `its pods stay until ${deadline}, and would become active at once, without a promotion`;
  };
  const place = rolloutPlace({ app, namespace });
  await waitUntilClear({ obstacle, blocked: "The last release of this image is not cleared away", place, ...wait });
}

/**
 * Takes the pods of revisions away that a Rollout only keeps for a while: it has them up to the deadline after a promotion, a rollback or an
 * abort, and they get no requests. Whatever takes the route over next may select pods by the application alone, so that a version that
 * was rolled back would answer again.
 *
 * @param rollout the Rollout as it is now; revisions that it uses are left alone
 * @throws UserError where they stay for longer than 90 s
 */
export async function removeIdlePods(
  client: Pick<ClusterClient, "get" | "patch">,
  { app, namespace }: ApplicationName,
  rollout: RolloutObject,
  wait: Pick<Wait, "say" | "clock">,
): Promise<void> {
  const { stable, current, active } = readRollout(rollout).hashes;
  const inUse = [stable, current, active];
  const readIdle = async () => {
    const sets = await client.get<ReplicaSets>(replicaSetsPath(namespace, { app }));
    return (sets?.items ?? []).filter(
      ({ metadata, spec, status }) =>
        metadata.ownerReferences?.some(({ kind }) => kind === "Rollout") &&
        !inUse.includes(metadata.labels?.[revisionLabel] ?? "") &&
        (spec.replicas !== 0 || (status?.replicas ?? 0) > 0),
    );
  };
  const idle = await readIdle();
  await Promise.all(
    idle.map(({ metadata: { name } }) => client.patch(replicaSetPath(namespace, name), { spec: { replicas: 0 } })),
  );
  const obstacle = async () => {
    const [left] = await readIdle();
    return left && `the pods of ${left.metadata.name} are still there`;
  };
  const place = rolloutPlace({ app, namespace });
  await waitUntilClear({ obstacle, blocked: "Pods of a former revision are not gone", place, ...wait });
}

import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../canary/application-name.ts";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { readRollout } from "../../canary/rollout/rollout-status.ts";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { replicaSetsPath, rolloutPath } from "../../cluster/kube/paths.ts";
import { type Wait, waitUntilClear } from "./wait-until.ts";

interface ReplicaSets {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly replicas?: number };
  }[];
}

/** The number of pods that the Rollout had when its controller last scaled the ReplicaSet. */
const desiredAnnotation = "rollout.argoproj.io/desired-replicas";

/**
 * Gives an aborted Rollout its own number of pods back before it gets another template, where somebody has scaled it. The controller looks
 * at an aborted Rollout whose template and number change together for its number alone, from then on: the new version never comes
 * (argo-rollouts 1.9.1, rollout/sync.go, isScalingEvent; seen).
 *
 * @param replicas the number that the update is about to set; nothing is done where the number is left to others, or in a preview
 * @throws UserError where the controller does not scale the Rollout
 */
export async function scaleFirst(
  client: Pick<ClusterClient, "get" | "patch">,
  { app, namespace }: ApplicationName,
  replicas: number | undefined,
  wait: Pick<Wait, "say" | "clock" | "isPreview">,
): Promise<void> {
  const path = rolloutPath(namespace, app);
  const rollout = await client.get<RolloutObject>(path);
  if (wait.isPreview || replicas === undefined || !rollout) return;
  if (!readRollout(rollout).isAborted || rollout.spec.replicas === replicas) return;
  await client.patch(path, { spec: { replicas } });
  const obstacle = async () => {
    const sets = await client.get<ReplicaSets>(replicaSetsPath(namespace, { app }));
    const late = sets?.items.find(
      ({ metadata: { annotations }, spec }) =>
        spec.replicas !== 0 && (annotations?.[desiredAnnotation] ?? `${replicas}`) !== `${replicas}`,
    );
    return late && `the controller has not scaled ${late.metadata.name} to ${replicas} pods yet`;
  };
  const place = rolloutPlace({ app, namespace });
  await waitUntilClear({ obstacle, blocked: "The Rollout has not its own number of pods", place, ...wait });
}

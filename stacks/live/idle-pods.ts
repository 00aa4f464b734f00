import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { replicaSetsPath } from "../../cluster/kube/paths.ts";
import type { ApplicationSpec } from "../../components/workload/render-application.ts";
import { imageOf, type PodTemplate } from "./rollout-live.ts";
import { type Wait, waitUntilClear } from "./wait-until.ts";

interface ReplicaSets {
  readonly items: readonly {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly replicas?: number; readonly template: PodTemplate };
  }[];
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
  { app, namespace }: ApplicationSpec,
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

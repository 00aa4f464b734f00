import type * as pulumi from "@pulumi/pulumi";
import type { ClusterClient } from "../../cluster/kube/client.ts";
import { LabError } from "../../cluster/lab-error.ts";
import type { ApplicationSpec } from "../../components/workload/render-application.ts";
import { requireStableRevision } from "./first-revision.ts";
import { untilIdlePodsAreGone } from "./idle-pods.ts";
import { revisionHook } from "./revision-hook.ts";
import { judgeRevision } from "./revision-verdict.ts";
import { readLiveRollout } from "./rollout-live.ts";
import { type Clock, waitUntilClear } from "./wait-until.ts";

/**
 * Lets a new pod template in when the Rollout can take it, see `judgeRevision`.
 *
 * @param say told what is waited for, at each change
 * @throws LabError where a release is under way, or the route of the last one does not come back
 */
export async function admitRevision(
  client: Pick<ClusterClient, "get">,
  application: ApplicationSpec,
  image: string,
  say: (line: string) => void,
  clock?: Clock,
): Promise<void> {
  const place = `Rollout ${application.app} in namespace ${application.namespace}`;
  const obstacle = async () => {
    const live = await readLiveRollout(client, application);
    const verdict = live && judgeRevision(live, image);
    if (verdict?.kind !== "refuse") return verdict?.until;
    throw new LabError(`Another release is under way: ${verdict.reason}.`, {
      place,
      allowed: `the stable image ${live?.stableImage}, or any image when that release is over`,
      next: "npx canaryctl promote --full to finish it, or npx canaryctl rollback to give it up",
    });
  };
  await waitUntilClear({ obstacle, blocked: "The route of the last release is not back", place, say, clock });
}

/** The hook that holds a new revision back until the Rollout can take it. */
export const revisionGuard = (client: ClusterClient, application: ApplicationSpec): pulumi.ResourceHook =>
  revisionHook("revision-guard", (image, say) => admitRevision(client, application, image, say));

/** The hook that keeps a release of a blue-green from being taken for a first version, or for a way back. */
export const previewGuard = (client: ClusterClient, application: ApplicationSpec): pulumi.ResourceHook =>
  revisionHook("preview-guard", async (image, say) => {
    await requireStableRevision(client, application);
    await untilIdlePodsAreGone(client, application, image, say);
  });

import type * as pulumi from "@pulumi/pulumi";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import type { ClusterClient } from "../../cluster/kube/client.ts";
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
 * @throws LabError where it is refused, or the route of the last release does not come back
 */
export async function admitRevision(
  client: Pick<ClusterClient, "get">,
  application: ApplicationSpec,
  image: string,
  say: (line: string) => void,
  clock?: Clock,
): Promise<void> {
  const place = rolloutPlace(application);
  const obstacle = async () => {
    const live = await readLiveRollout(client, application);
    const verdict = live && judgeRevision(live, image, place);
    if (verdict?.kind === "refuse") throw verdict.fault;
    return verdict?.kind === "wait" ? verdict.until : undefined;
  };
  await waitUntilClear({ obstacle, blocked: "The route of the last release is not back", place, say, clock });
}

/** The hook that holds a new revision back until the Rollout can take it. `isCanary`: whether the stack asks for a canary. */
export const revisionGuard = (
  client: ClusterClient,
  application: ApplicationSpec,
  isCanary: boolean,
): pulumi.ResourceHook =>
  revisionHook("revision-guard", async (image, say) => {
    if (isCanary) await requireStableRevision(client, application);
    await admitRevision(client, application, image, say);
  });

/** The hook that keeps a release of a blue-green from being taken for a first version, or for a way back. */
export const previewGuard = (client: ClusterClient, application: ApplicationSpec): pulumi.ResourceHook =>
  revisionHook("preview-guard", async (image, say) => {
    await requireStableRevision(client, application);
    await untilIdlePodsAreGone(client, application, image, say);
  });

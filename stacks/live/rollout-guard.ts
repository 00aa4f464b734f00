import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import { rolloutPath } from "../../cluster/kube/paths.ts";
import { requireStableRevision } from "./first-revision.ts";
import { untilIdlePodsAreGone } from "./idle-pods.ts";
import { type AdmissionWait, revisionHook } from "./revision-hook.ts";
import { judgeRevision, judgeSteps, type RevisionVerdict } from "./revision-verdict.ts";
import { readLiveRollout } from "./rollout-live.ts";
import { scaleFirst } from "./scale-first.ts";
import { waitUntilClear } from "./wait-until.ts";

/**
 * Lets a new pod template in when the Rollout can take it, see `judgeRevision`.
 *
 * @throws UserError where it is refused, or the route of the last release does not come back
 */
export async function admitRevision(
  client: Pick<ClusterClient, "get">,
  application: ApplicationName,
  image: string,
  wait: AdmissionWait,
): Promise<void> {
  const place = rolloutPlace(application);
  const obstacle = async () => {
    const live = await readLiveRollout(client, application);
    return live && obstacleIn(judgeRevision(live, image, place));
  };
  await waitUntilClear({ obstacle, blocked: "The route of the last release is not back", place, ...wait });
}

/**
 * Lets other steps in where they do not make a release begin again, see `judgeSteps`.
 *
 * @throws UserError where they are refused, or the controller does not look at the release
 */
export async function admitSteps(
  client: Pick<ClusterClient, "get">,
  { app, namespace }: ApplicationName,
  wait: AdmissionWait,
): Promise<void> {
  const place = rolloutPlace({ app, namespace });
  const obstacle = async () => {
    const rollout = await client.get<RolloutObject>(rolloutPath(namespace, app));
    return rollout && obstacleIn(judgeSteps(rollout, place));
  };
  await waitUntilClear({ obstacle, blocked: "The steps cannot be changed yet,", place, ...wait });
}

function obstacleIn(verdict: RevisionVerdict): string | undefined {
  if (verdict.kind === "refuse") throw verdict.fault;
  return verdict.kind === "wait" ? verdict.until : undefined;
}

/** What the stack asks of its Rollout. */
interface Asked extends ApplicationName {
  /** Whether there is to be a canary. Without one anything is let in, for a way back must not fail because of it. */
  readonly isCanary: boolean;
  /** Pods; undefined where their number is left to others. */
  readonly replicas: number | undefined;
}

/** The hook that holds a new revision back until the Rollout can take it. */
export const revisionGuard = (
  client: ClusterClient,
  { isCanary, replicas, ...application }: Asked,
): pulumi.ResourceHook =>
  revisionHook("revision-guard", {
    revision: async (image, wait) => {
      if (isCanary) await requireStableRevision(client, application);
      await admitRevision(client, application, image, wait);
      await scaleFirst(client, application, replicas, wait);
    },
    ...(isCanary && { steps: (wait) => admitSteps(client, application, wait) }),
  });

/** The hook that keeps a release of a blue-green from being taken for a first version, or for a way back. */
export const previewGuard = (
  client: ClusterClient,
  { isCanary, replicas, ...application }: Asked,
): pulumi.ResourceHook =>
  revisionHook("preview-guard", {
    revision: async (image, wait) => {
      if (isCanary) {
        await requireStableRevision(client, application);
        await untilIdlePodsAreGone(client, application, image, wait);
      }
      await scaleFirst(client, application, replicas, wait);
    },
  });

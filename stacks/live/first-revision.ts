import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { rolloutPlace } from "../../canary/rollout/rollout-words.ts";
import type { StrategyName } from "../../canary/strategies.ts";
import { rolloutPath } from "../../cluster/kube/paths.ts";
import { createHook } from "./create-hook.ts";

/** The first revision of a workload gets all traffic, whatever its strategy says of steps and previews. */
export const firstIsCanary = (strategy: StrategyName): UserError =>
  new UserError(`The first version under ${strategy} gets all traffic at once, without steps: it cannot be a canary.`, {
    place: "the stack's config",
    allowed: "canaryEnabled false",
    next: "npx canaryctl config set canaryEnabled false canaryWeight 0 && npx canaryctl up",
  });

/**
 * The hook for a workload that runs both versions in turn: it refuses to make one that begins with the canary's image, in a preview as
 * well. The Namespace's own guard cannot see this where the Namespace was made by an update that failed, or the application's name changes.
 */
export function firstRevisionGuard(
  strategy: StrategyName,
  canaryEnabled: boolean,
): Pick<pulumi.ResourceHookBinding, "beforeCreate"> {
  if (!canaryEnabled) return {};
  const refuse = async () => {
    throw firstIsCanary(strategy);
  };
  return { beforeCreate: [createHook("first-revision-guard", refuse, { onDryRun: true })] };
}

/**
 * Refuses a canary while none of a Rollout's revisions has become the stable one: the next that is ready is it, with all traffic.
 *
 * @throws UserError with the way to a stable version
 */
export async function requireStableRevision(
  client: Pick<ClusterClient, "get">,
  { app, namespace }: ApplicationName,
): Promise<void> {
  const rollout = await client.get<RolloutObject>(rolloutPath(namespace, app));
  if (!rollout || rollout.status?.stableRS) return;
  throw new UserError(
    "No version has become the stable one yet: a canary would be the first, with all traffic at once.",
    {
      place: rolloutPlace({ app, namespace }),
      allowed: "canaryEnabled false, until the stable image is ready",
      next: "npx canaryctl config set canaryEnabled false && npx canaryctl up",
    },
  );
}

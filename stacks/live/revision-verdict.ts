import { UserError } from "@canary-lab/kit/user-error";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { routeUnrest, weightUnrest } from "../../canary/rollout/rollout-route.ts";
import { readRollout } from "../../canary/rollout/rollout-status.ts";
import { rolloutLine } from "../../canary/rollout/rollout-words.ts";
import type { LiveRollout } from "./rollout-live.ts";

/** Whether a new revision, or other steps, may be let in: now, when what is waited for has come, or not at all. */
export type RevisionVerdict =
  | { readonly kind: "go" }
  | { readonly kind: "wait"; readonly until: string }
  | { readonly kind: "refuse"; readonly fault: UserError };

const go: RevisionVerdict = { kind: "go" };

/**
 * Judges a pod template with this image that is about to replace the Rollout's.
 *
 * Back to the stable image is always allowed. Another image has to wait until the release before it is over, route included: an
 * update that starts before the route is back loses requests (18 of 38,000 were measured). In the middle of a canary it is refused.
 *
 * @param place for the message of a refusal
 */
export function judgeRevision(
  { rollout, route, stableImage }: LiveRollout,
  image: string,
  place: string,
): RevisionVerdict {
  const status = readRollout(rollout);
  if (stableImage === undefined || (image === stableImage && !status.isFullyPromoted)) return go;
  if (status.isFullyPromoted || status.isAborted) {
    // An aborted canary keeps its subset; it has no requests any more, which is what counts.
    const unrest = route && (status.isAborted ? weightUnrest : routeUnrest)(route.objects, route.names);
    return unrest ? { kind: "wait", until: unrest } : go;
  }
  const fault = new UserError(`Another release is under way: ${rolloutLine(status)}.`, {
    place,
    allowed: `the stable image ${stableImage}, or any image when that release is over`,
    next: ["npx canaryctl rollback", "npx canaryctl promote --full"],
  });
  return { kind: "refuse", fault };
}

/**
 * Judges other steps for the revision that a Rollout has. The controller begins again at the first of them, also where the release was
 * aborted (argo-rollouts 1.9.1, rollout/canary.go, syncRolloutStatusCanary): a version that had been taken from the users would be
 * back without a `retry`. At rest they wait for the next release.
 *
 * @param place for the message of a refusal
 */
export function judgeSteps(rollout: RolloutObject, place: string): RevisionVerdict {
  const status = readRollout(rollout);
  const { current, stable } = status.hashes;
  if (stable === "" || current === stable) return go;
  if (!status.isObserved) return { kind: "wait", until: "the controller has not looked at the release yet" };
  const fault = new UserError(
    `Other steps would make the release that was begun with the former ones begin again: ${rolloutLine(status)}.`,
    {
      place,
      allowed: "plan, analysis and rolloutCanary as they were when it began, and with an experiment replicas",
      next: ["npx canaryctl rollback", ...(status.isAborted ? [] : ["npx canaryctl promote --full"])],
    },
  );
  return { kind: "refuse", fault };
}

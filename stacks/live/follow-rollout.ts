import { UserError, withNext } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { hasBegun, type RolloutStatus } from "../../canary/rollout/rollout-status.ts";
import { rolloutLine, rolloutWait } from "../../canary/rollout/rollout-words.ts";
import { type Followed, settled, standing } from "./settled-rollout.ts";
import { forThisStack, toldOfStack } from "./told.ts";

/**
 * Prints how far a Rollout is while the engine waits, in every update, whether or not the update changed the Rollout: so an aborted one
 * is told again by the next update. The wait ends when the release is under way, see `settled`. A preview waits for nothing.
 *
 * @param isCanary whether the config asks for a canary, so that the template has its image
 * @returns where it stands at the end; in a preview where it stands now, so that an unchanged stack previews as one
 * @throws pulumi.RunError inside the output, with the controller's reason, where the Rollout is Degraded or takes too long
 */
export function followRollout(
  rollout: pulumi.CustomResource,
  followed: Followed,
  isCanary: boolean,
): pulumi.Output<string | undefined> {
  return rollout.id.apply(async () => {
    if (pulumi.runtime.isDryRun()) {
      const status = await standing(followed);
      return status && rolloutLine(status);
    }
    try {
      const status = await settled(followed, (line) => void pulumi.log.info(line, rollout, undefined, true));
      const next = whatIsNext(status, isCanary);
      if (next) await pulumi.log.info(forThisStack(next), rollout);
      return rolloutLine(status);
    } catch (error) {
      throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
    }
  });
}

/** Undefined where nothing is left to do or to wait for. */
function whatIsNext(status: RolloutStatus, isCanary: boolean): string | undefined {
  const line = rolloutLine(status);
  if (isCanary && status.isFullyPromoted)
    return withNext(`${line}; the release is finished, and the config does not say so`, "npx canaryctl promote --full");
  const wait = rolloutWait(status);
  if (wait) return withNext(`${line}; ${wait}`, "npx canaryctl promote", "npx canaryctl abort");
  if (!hasBegun(status)) return undefined;
  return withNext(`${line}; the release goes on by itself`, "npx canaryctl status --watch", "npx canaryctl abort");
}

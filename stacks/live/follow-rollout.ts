import { UserError, withNext } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { rolloutLine, rolloutWait } from "../../canary/rollout/rollout-words.ts";
import { type Followed, settled, standing } from "./settled-rollout.ts";
import { forThisStack, toldOfStack } from "./told.ts";

/**
 * Prints how far a Rollout is while the engine waits, in every update, whether or not the update changed the Rollout: so an aborted one
 * is told again by the next update. A pause that somebody has to end is a success, and says what ends it. A preview waits for nothing.
 *
 * @returns where it stands at the end; in a preview where it stands now, so that an unchanged stack previews as one
 * @throws pulumi.RunError inside the output, with the controller's reason, where the Rollout is Degraded or takes too long
 */
export function followRollout(rollout: pulumi.CustomResource, followed: Followed): pulumi.Output<string | undefined> {
  return rollout.id.apply(async () => {
    if (pulumi.runtime.isDryRun()) {
      const status = await standing(followed);
      return status && rolloutLine(status);
    }
    try {
      const status = await settled(followed, (line) => void pulumi.log.info(line, rollout, undefined, true));
      const wait = rolloutWait(status);
      const line = rolloutLine(status);
      if (wait)
        await pulumi.log.info(
          forThisStack(withNext(`${line}; ${wait}`, "npx canaryctl promote", "npx canaryctl abort")),
          rollout,
        );
      return line;
    } catch (error) {
      throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
    }
  });
}

import { UserError, withNext } from "@canary-lab/kit/user-error";
import type { RolloutStatus } from "../../../../canary/rollout/rollout-status.ts";
import { rolloutLine } from "../../../../canary/rollout/rollout-words.ts";
import { changeOnly } from "../../change-only.ts";
import type { Lab } from "../../lab.ts";
import { engineView } from "../../print.ts";
import { isOfImage } from "../../traffic/replica-sets.ts";
import { refuseStableImage } from "../refusals.ts";
import { removeUnused, withoutPrevious } from "../release-end.ts";
import type { Say } from "../strategy.ts";
import { currentRevision, imageOfRevision, isUnderWay, mustReadRollout, readRelease } from "./read.ts";
import { placeOf } from "./wait.ts";

/** Puts the canary's image into the Rollout's template, and waits until the release is under way: from there it goes on by its plan. */
export async function beginRelease(lab: Lab, say: Say): Promise<string> {
  const { canaryImage } = lab.config;
  refuseStableImage(lab);
  await refuseSecond(lab);
  await changeOnly(lab, { canaryEnabled: true, canaryImage, ...withoutPrevious(lab) }, { say, view: engineView(say) });
  const { status } = await mustReadRollout(lab);
  return withNext(`The release of ${canaryImage}: ${rolloutLine(status)}.`, ...whatIsNext(status));
}

function whatIsNext({ isFullyPromoted, isWaitingForUser }: RolloutStatus): readonly string[] {
  if (isFullyPromoted) return ["npx canaryctl promote --full"];
  return [isWaitingForUser ? "npx canaryctl promote" : "npx canaryctl status --watch", "npx canaryctl abort"];
}

/** One release at a time: the controller would take the revision in between for one that never was. */
async function refuseSecond(lab: Lab): Promise<void> {
  const { config } = lab;
  const { status } = await mustReadRollout(lab);
  const current = await currentRevision(lab, status);
  const isSame = current !== undefined && isOfImage(current, config.canaryImage);
  const refusal = (cause: string, ...next: readonly string[]) => new UserError(cause, { place: placeOf(lab), next });
  if (isSame && status.isAborted)
    throw refusal(`The release of ${config.canaryImage} is aborted.`, "npx canaryctl rollback", "npx canaryctl retry");
  if (!isSame && isUnderWay(status)) {
    throw refusal(
      `The release of ${imageOfRevision(current)} is under way: ${rolloutLine(status)}.`,
      "npx canaryctl rollback",
      "npx canaryctl promote --full",
    );
  }
  if (!isSame && status.isFullyPromoted && !(current && isOfImage(current, config.stableImage))) {
    throw refusal(
      `${imageOfRevision(current)} has all the traffic, and the config does not say so yet.`,
      "npx canaryctl promote --full",
    );
  }
}

/** @throws UserError while a request reaches the canary */
export async function endRelease(lab: Lab, say: Say): Promise<string> {
  const { live } = await readRelease(lab);
  if (!live && lab.config.canaryEnabled) {
    throw new UserError("Whether the canary has traffic is not known: its Rollout is gone, or its route.", {
      place: placeOf(lab),
      next: "npx canaryctl rollback && npx canaryctl delete-canary",
    });
  }
  return removeUnused(lab, live, placeOf(lab), say);
}

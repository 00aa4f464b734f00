import { applyOnly } from "../applied.ts";
import { changeStack, type UpdateOptions } from "../engine/update.ts";
import type { Lab } from "../lab.ts";
import { showLines } from "../print.ts";
import type { Share } from "../traffic/share.ts";
import { refuseWhileUsed } from "./refusals.ts";
import type { Say } from "./strategy.ts";

/** What is said of a release that is finished. */
export const released = (image: string): string => `Released: ${image} is the stable version, and there is no canary.`;

/** Writes a release that a controller has finished to the config. The pods stay as they are: the same image makes the same template. */
export async function writeRelease(lab: Lab, options: UpdateOptions): Promise<string> {
  const { canaryImage } = lab.config;
  await applyOnly(lab, { stableImage: canaryImage, canaryWeight: 0, canaryEnabled: false }, options);
  return released(canaryImage);
}

/**
 * Takes the canary out of the config where one workload runs both versions.
 *
 * @param live the share of the traffic that it gets, by what stands at `place`
 * @throws UserError while it gets any
 */
export async function removeUnused(lab: Lab, live: Share | undefined, place: string, say: Say): Promise<string> {
  refuseWhileUsed(Math.round(live?.canary ?? 0), place);
  if (!lab.config.canaryEnabled) return "There is no canary.";
  await changeStack(lab, { canaryEnabled: false }, { say, onLine: showLines(say) });
  return "The canary is removed.";
}

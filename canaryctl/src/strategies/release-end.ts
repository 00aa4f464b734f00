import type { Share } from "../../../stacks/live/proxies/share.ts";
import { applyOnly } from "../applied.ts";
import { changeOnly } from "../change-only.ts";
import type { UpdateOptions } from "../engine/update.ts";
import type { ConfigChanges, Lab } from "../lab.ts";
import { engineView } from "../print.ts";
import { noCanaryToDelete } from "./nothing.ts";
import { refuseWhileUsed } from "./refusals.ts";
import type { Say } from "./strategy.ts";

/** What is said of a release that is finished. */
export const released = (image: string): string => `Released: ${image} is the stable version, and there is no canary.`;

/** What to keep for a rollback of a release that ends; a run that was stopped before has kept it already. */
export const previousOf = ({ config: { stableImage, canaryImage } }: Lab): ConfigChanges =>
  stableImage === canaryImage ? {} : { previousImage: stableImage };

/** What to write when a release begins: from here on a rollback gives this one up, and not the one before. */
export const withoutPrevious = ({ config: { previousImage } }: Lab): ConfigChanges =>
  previousImage === undefined ? {} : { previousImage: "" };

/** The image that a rollback brings back, where no release is under way. */
export const previousImage = ({ config }: Lab): string | undefined =>
  config.canaryEnabled || config.previousImage === config.stableImage ? undefined : config.previousImage;

/** What a rollback says that has taken back a release which was over. */
export const restored = (previous: string): string =>
  `Rolled back: ${previous} is the stable version again, in the cluster, in the config and in the state.`;

/** Writes a release that a controller has finished to the config. The pods stay as they are: the same image makes the same template. */
export async function writeRelease(lab: Lab, options: UpdateOptions): Promise<string> {
  await applyOnly(lab, releasedChanges(lab), options);
  return released(lab.config.canaryImage);
}

/** What the config says of a release that is finished. */
export const releasedChanges = (lab: Lab): ConfigChanges => ({
  stableImage: lab.config.canaryImage,
  ...previousOf(lab),
  canaryWeight: 0,
  canaryEnabled: false,
});

/**
 * Takes the canary out of the config where one workload runs both versions.
 *
 * @param live the share of the traffic that it gets, by what stands at `place`
 * @throws UserError while it gets any
 */
export async function removeUnused(lab: Lab, live: Share | undefined, place: string, say: Say): Promise<string> {
  refuseWhileUsed(Math.round(live?.canary ?? 0), place);
  if (!lab.config.canaryEnabled) return noCanaryToDelete;
  await changeOnly(lab, { canaryEnabled: false }, { say, view: engineView(say) });
  return "The canary is removed.";
}

import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { StrategyName } from "../../../canary/strategies.ts";
import { nextImage } from "../../../components/image/image-version.ts";
import type { Lab } from "../lab.ts";
import type { ReleaseStrategy } from "./strategy.ts";

/** A command that has no meaning under a strategy. */
export const refuse =
  (cause: string, ...next: readonly string[]) =>
  (): Promise<never> =>
    Promise.reject(new UserError(cause, { next }));

const createNext = (images: Parameters<typeof nextImage>[0]): string =>
  `npx canaryctl create-canary --image ${quoted(nextImage(images))}`;

/** A command that is for a release, where one is under way; else the one that begins one. */
export const underWay = ({ config }: Lab, command: string): string =>
  config.canaryEnabled ? command : createNext(config);

/** What can be done to a Rollout only, under a strategy that has none. @param back the command that gives a release up there */
export const withoutRollout = (strategy: StrategyName, back: string): Pick<ReleaseStrategy, "abort" | "retry"> => ({
  abort: (lab) => refuse(`With strategy ${strategy} there is no Rollout that could be aborted.`, underWay(lab, back))(),
  retry: ({ config }) =>
    refuse(`With strategy ${strategy} there is no Rollout that could be retried.`, createNext(config))(),
});

export const nothingToPromote = ({ config, stackFile }: Lab): UserError =>
  new UserError("There is no canary that could be promoted.", {
    place: `canaryEnabled in ${stackFile.name}`,
    next: createNext(config),
  });

/** @throws UserError while the canary gets a share, in percent, of the traffic by what stands at `place` */
export function refuseWhileUsed(share: number, place: string): void {
  if (share === 0) return;
  throw new UserError(`The canary still has ${share} % of the traffic by ${place}: that share would get errors.`, {
    place,
    next: "npx canaryctl rollback && npx canaryctl delete-canary",
  });
}

/** @throws UserError where a workload that runs both versions in turn is asked for the one that it has: that makes no new revision */
export function refuseStableImage({ config: { canaryImage, stableImage }, stackFile }: Lab): void {
  if (canaryImage !== stableImage) return;
  throw new UserError(`${canaryImage} is the stable image already: there is nothing to release.`, {
    place: `stableImage in ${stackFile.name}`,
    allowed: "another image than the stable one",
    next: createNext({ stableImage, canaryImage }),
  });
}

import type { LoadSummary } from "../../../apps/versioned-echo/src/load-summary.ts";
import { binomialInterval, type CountInterval } from "../../../canary/binomial.ts";
import { splitOf, type Weight } from "../../../canary/weight.ts";
import { buildTag } from "../../../components/image/render-echo-image.ts";
import { type Version, versions } from "../../../components/names.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";

/** A right split falls outside its interval once in a thousand measurements. */
export const confidence = 0.999;

/** One side of a measured split. */
export interface SideVerdict {
  readonly version: Version;
  /** Percent. */
  readonly wanted: Weight;
  /** Requests that this side answered. */
  readonly seen: number;
  /** The counts that chance allows; undefined where nothing was answered. */
  readonly interval: CountInterval | undefined;
  readonly isWithin: boolean;
}

export interface SplitVerdict {
  readonly sides: readonly SideVerdict[];
  /** Requests that either side answered. */
  readonly answered: number;
  /** Requests that were answered with an error, by neither side, or not at all. */
  readonly failed: number;
  /** Every request was answered, and both sides are within. */
  readonly isAsWanted: boolean;
}

/**
 * What each side's answers call themselves: the tag of its image. Undefined where the answers cannot tell the sides apart, for an
 * image that is not ours, or the same one on both.
 */
export function answerNames(config: LabConfig): Readonly<Record<Version, string>> | undefined {
  const stable = buildTag(config.stableImage);
  const canary = buildTag(config.canaryImage);
  if (stable === undefined || canary === undefined || stable === canary) return undefined;
  return { [versions.stable]: stable, [versions.canary]: canary };
}

/** Compares the answers of a load run with the weight that was asked for. */
export function judgeSplit(
  canaryWeight: Weight,
  load: LoadSummary,
  names: Readonly<Record<Version, string>>,
): SplitVerdict {
  const split = splitOf(canaryWeight);
  const wanted = { [versions.stable]: split.stable, [versions.canary]: split.canary };
  const count = (version: Version): number => load.versions[names[version]] ?? 0;
  const answered = count(versions.stable) + count(versions.canary);
  const sides = Object.values(versions).map((version): SideVerdict => {
    const seen = count(version);
    const interval =
      answered > 0 ? binomialInterval({ trials: answered, probability: wanted[version] / 100, confidence }) : undefined;
    const isWithin = interval !== undefined && seen >= interval.lowest && seen <= interval.highest;
    return { version, wanted: wanted[version], seen, interval, isWithin };
  });
  const failed = Math.max(load.failed, load.sent - answered);
  return { sides, answered, failed, isAsWanted: failed === 0 && sides.every(({ isWithin }) => isWithin) };
}

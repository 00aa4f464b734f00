import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import { binomialInterval, type CountInterval } from "../../../canary/binomial.ts";
import { reportedVersion } from "../../../components/image/render-built-image.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";

/** A right split falls outside its interval once in ten thousand measurements. */
export const confidence = 0.9999;

/** One version whose answers are counted. */
interface Side {
  /** What users call it, such as `v1`. */
  readonly version: string;
  /** What its answers call themselves: the tag of its image. */
  readonly answer: string;
  /** Percent of the requests that it should answer. */
  readonly wanted: number;
}

/** One side of a measured split. */
interface SideVerdict extends Pick<Side, "version" | "wanted"> {
  /** Requests that this side answered. */
  readonly seen: number;
  /** The counts that chance allows; undefined where nothing was answered. */
  readonly interval: CountInterval | undefined;
  readonly isWithin: boolean;
}

export interface SplitVerdict {
  readonly sides: readonly SideVerdict[];
  /** Requests that a side answered. */
  readonly answered: number;
  /** Requests that were answered with an error, by no side, or not at all. */
  readonly failed: number;
  /** Every request was answered, and all sides are within. */
  readonly isAsWanted: boolean;
}

/**
 * The sides of a split, by the tags of their images. Where both have the same one, as after a release that is finished, or the answers of
 * one are not known, as those of an image that was given up, there is a single side, if it should get everything. Undefined where the
 * answers cannot tell the sides apart.
 *
 * @param names what the sides are called
 */
export function sidesOf(
  config: Pick<LabConfig, "stableImage" | "canaryImage">,
  share: Share,
  names: { readonly stable: string; readonly canary: string },
): readonly Side[] | undefined {
  const stable = reportedVersion(config.stableImage);
  const canary = reportedVersion(config.canaryImage);
  if (stable !== undefined && canary !== undefined && stable !== canary) {
    return [
      { version: names.stable, answer: stable, wanted: share.stable },
      { version: names.canary, answer: canary, wanted: share.canary },
    ];
  }
  if (share.canary === 0 && stable !== undefined) return [{ version: names.stable, answer: stable, wanted: 100 }];
  if (share.stable === 0 && canary !== undefined) return [{ version: names.canary, answer: canary, wanted: 100 }];
  return undefined;
}

/**
 * Compares the answers of a load run with the shares that its sides should have.
 *
 * @param tolerance percentage points that are allowed beside chance; at 0 and 100 percent there are none, for one stray answer proves a
 * wrong route
 */
export function judgeSplit(sides: readonly Side[], load: LoadSummary, tolerance = 0): SplitVerdict {
  const counts = sides.map(({ answer }) => load.versions[answer] ?? 0);
  const answered = counts.reduce((sum, count) => sum + count, 0);
  const verdicts = sides.map(({ version, wanted }, index): SideVerdict => {
    const seen = counts[index] ?? 0;
    const interval = answered > 0 ? allowed(answered, wanted, tolerance) : undefined;
    const isWithin = interval !== undefined && seen >= interval.lowest && seen <= interval.highest;
    return { version, wanted, seen, interval, isWithin };
  });
  const failed = Math.max(load.failed, load.sent - answered);
  return { sides: verdicts, answered, failed, isAsWanted: failed === 0 && verdicts.every(({ isWithin }) => isWithin) };
}

function allowed(trials: number, wanted: number, tolerance: number): CountInterval {
  const isWhole = wanted <= 0 || wanted >= 100;
  const at = (percent: number) =>
    binomialInterval({ trials, probability: Math.min(100, Math.max(0, percent)) / 100, confidence });
  return isWhole ? at(wanted) : { lowest: at(wanted - tolerance).lowest, highest: at(wanted + tolerance).highest };
}

import { binomialInterval, type CountInterval } from "../../../canary/binomial.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import { type Answers, type CountedLoad, unbalanced } from "./answers.ts";

/** A right split falls outside its interval once in ten thousand measurements. */
export const confidence = 0.9999;

/** One version whose answers are counted. */
interface Side {
  readonly side: keyof Answers;
  /** What users call it, such as `v1`. */
  readonly version: string;
  /** Percent of the requests that it should answer. */
  readonly wanted: number;
}

/** One side of a measured split. */
interface SideVerdict extends Side {
  /** Requests that this side answered. */
  readonly seen: number;
  /** Requests to this side that were answered from 500 on, or not at all. */
  readonly failed: number;
  /** The counts that chance allows; undefined where nothing was answered, or it is not known by whom. */
  readonly interval: CountInterval | undefined;
  readonly isWithin: boolean;
}

export interface SplitVerdict {
  readonly sides: readonly SideVerdict[];
  /** Requests that were sent to measure it. */
  readonly sent: number;
  /** Requests that a side answered. */
  readonly answered: number;
  /** Of those sent: answered from 500 on, or not at all. */
  readonly failed: number;
  /** Answers to requests that something else sent from the same pod: they are among those that are counted. */
  readonly others: number;
  /** Answers of which it is not known whose they are: without them the shares are not known. */
  readonly untold: number;
  /** Every request was answered, it is known by whom, and all sides are within. */
  readonly isAsWanted: boolean;
}

/**
 * The sides of a split. Where both have the same version, as after a release that is finished, there is a single one, if it should get
 * everything.
 *
 * @param names what the sides are called
 */
export function sidesOf(share: Share, names: Readonly<Record<keyof Answers, string>>): readonly Side[] {
  const all = (["stable", "canary"] as const).map((side) => ({ side, version: names[side], wanted: share[side] }));
  if (names.stable !== names.canary) return all;
  const whole = all.filter(({ wanted }) => wanted === 100);
  return whole.length > 0 ? whole : all.map((one) => ({ ...one, version: `${one.version} (${one.side})` }));
}

/**
 * Compares who answered a load run with the shares that its sides should have.
 *
 * @param tolerance percentage points that are allowed beside chance; at 0 and 100 percent there are none, for one stray answer proves a
 * wrong route
 */
export function judgeSplit(
  sides: readonly Side[],
  {
    load: { sent, failed },
    answers,
    failures,
  }: Pick<CountedLoad, "answers" | "failures"> & {
    readonly load: Pick<CountedLoad["load"], "sent" | "failed">;
  },
  tolerance = 0,
): SplitVerdict {
  const counts = sides.map(({ side }) => answers[side]);
  const answered = counts.reduce((sum, count) => sum + count, 0);
  const { others, untold } = unbalanced(answered, { sent, failed });
  const verdicts = sides.map((side, index): SideVerdict => {
    const { wanted } = side;
    const seen = counts[index] ?? 0;
    const interval = answered > 0 && untold === 0 ? allowed(answered, wanted, tolerance) : undefined;
    const isWithin = interval !== undefined && seen >= interval.lowest && seen <= interval.highest;
    return { ...side, seen, failed: failures[side.side], interval, isWithin };
  });
  const isAsWanted = failed === 0 && verdicts.every(({ isWithin }) => isWithin);
  return { sides: verdicts, sent, answered, failed, others, untold, isAsWanted };
}

function allowed(trials: number, wanted: number, tolerance: number): CountInterval {
  const isWhole = wanted <= 0 || wanted >= 100;
  const at = (percent: number) =>
    binomialInterval({ trials, probability: Math.min(100, Math.max(0, percent)) / 100, confidence });
  return isWhole ? at(wanted) : { lowest: at(wanted - tolerance).lowest, highest: at(wanted + tolerance).highest };
}

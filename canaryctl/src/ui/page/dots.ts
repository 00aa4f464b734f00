import type { TrafficView } from "../snapshot.ts";

export type Side = "stable" | "canary";

/** A request on its way, or several of them. */
export interface Dot {
  readonly side: Side;
  readonly isBad: boolean;
  /** When it starts, in milliseconds of the page's clock. */
  readonly start: number;
  /** Its place across the lane, -1 to 1. */
  readonly across: number;
}

/** More dots than this in a second nobody can tell apart. */
export const mostPerSecond = 200;

/** How long a dot is on its way, in milliseconds. */
export const travelMilliseconds = 1200;

/** Requests that one dot stands for: 1 up to {@link mostPerSecond}. */
export const requestsPerDot = (requestsPerSecond: number): number =>
  Math.max(1, Math.ceil(requestsPerSecond / mostPerSecond));

type Rest = Record<`${Side}${"Good" | "Bad"}`, number>;

/** Turns what was counted into dots: as many as there were requests, spread over as long as they took. */
export class DotSource {
  readonly #random: () => number;
  /** Requests that are not yet a whole dot. */
  readonly #rest: Rest = { stableGood: 0, stableBad: 0, canaryGood: 0, canaryBad: 0 };

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** @param now the page's clock, in milliseconds */
  dots({ last, requestsPerSecond }: Pick<TrafficView, "last" | "requestsPerSecond">, now: number): readonly Dot[] {
    const each = requestsPerDot(Math.max(requestsPerSecond, rateOf(last)));
    // A reading that spans longer, as after the page slept, is not caught up with.
    const span = Math.min(last.seconds, longestSpan) * 1000;
    return (["stable", "canary"] as const)
      .flatMap((side) => {
        const { requests, bad } = last[side];
        const part = last.seconds > longestSpan ? longestSpan / last.seconds : 1;
        return [
          ...this.#take(`${side}Good`, ((requests - bad) * part) / each).map(() => ({ side, isBad: false })),
          ...this.#take(`${side}Bad`, (bad * part) / each).map(() => ({ side, isBad: true })),
        ];
      })
      .map((dot) => ({ ...dot, start: now + this.#random() * span, across: 2 * this.#random() - 1 }));
  }

  #take(key: keyof Rest, count: number): readonly undefined[] {
    const all = this.#rest[key] + count;
    const whole = Math.floor(all);
    this.#rest[key] = all - whole;
    return Array.from({ length: whole });
  }
}

const longestSpan = 2;

const rateOf = ({ seconds, stable, canary }: TrafficView["last"]): number =>
  seconds > 0 ? (stable.requests + canary.requests) / seconds : 0;

/** The bands of a flow: a trunk that splits into two lanes, each as thick as its share. */
export interface Lane {
  /** Middle and half the thickness, at the trunk and in the lane. */
  readonly from: number;
  readonly to: number;
  readonly half: number;
}

/** Where the trunk ends and the lanes are apart, as parts of the width. */
export const splitAt = { begin: 0.08, end: 0.4 } as const;

/** @param share percent of the stable side and the canary */
export function lanesOf(height: number, share: Readonly<Record<Side, number>>): Readonly<Record<Side, Lane>> {
  const thickness = height * 0.42;
  const half = { stable: (thickness * share.stable) / 200, canary: (thickness * share.canary) / 200 };
  const top = height / 2 - thickness / 2;
  return {
    stable: { from: top + half.stable, to: height * 0.27, half: half.stable },
    canary: { from: top + 2 * half.stable + half.canary, to: height * 0.76, half: half.canary },
  };
}

/** The middle of a lane at a part of the width. */
export function middleAt({ from, to }: Lane, part: number): number {
  const x = Math.min(1, Math.max(0, (part - splitAt.begin) / (splitAt.end - splitAt.begin)));
  return from + (to - from) * x * x * (3 - 2 * x);
}

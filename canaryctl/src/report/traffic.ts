import type { Slice } from "../../../canary/judge/slice.ts";
import { type Histogram, merged, quantile } from "../../../canary/judge/slice.ts";
import { rateInterval } from "../../../canary/rate-interval.ts";

/** The confidence of each interval of an error rate by itself. */
export const confidence = 0.95;

/** What was counted of one version in a stretch of time. */
export interface SideCounts {
  readonly requests: number;
  readonly errors: number;
  /** The share of errors 0..1 with its exact interval; null without requests. */
  readonly errorRate: { readonly rate: number; readonly lower: number; readonly upper: number } | null;
  /** In milliseconds, between the edges of its bucket; `upper` is null in the last bucket, which has none. Null where it was not counted. */
  readonly p95: { readonly estimate: number; readonly lower: number; readonly upper: number | null } | null;
}

export interface Stretch {
  readonly begin: Date;
  readonly end: Date;
  readonly stable: SideCounts;
  readonly canary: SideCounts;
}

/** What was counted over a period: in stretches of equal length, and in all. */
export interface Traffic {
  readonly stretches: readonly Stretch[];
  readonly all: Stretch;
}

/** So many stretches at most: points on a chart of a phone's width can be told apart. */
const mostStretches = 48;

/**
 * @param begin when the first slice begins
 * @param edges upper edges of the histograms' buckets in milliseconds
 * @returns undefined without slices
 */
export function trafficOf(slices: readonly Slice[], begin: Date, edges: readonly number[]): Traffic | undefined {
  const seconds = slices.reduce((sum, slice) => sum + slice.seconds, 0);
  if (slices.length === 0) return undefined;
  const length = seconds / Math.min(mostStretches, slices.length);
  const groups: Slice[][] = [];
  let at = 0;
  for (const slice of slices) {
    // By its middle: sums of lengths are not exact.
    const index = Math.floor((at + slice.seconds / 2) / length);
    groups[index] = [...(groups[index] ?? []), slice];
    at += slice.seconds;
  }
  let from = begin;
  const stretches = groups.filter(Boolean).map((group) => {
    const stretch = stretchOf(group, from, edges);
    from = stretch.end;
    return stretch;
  });
  return { stretches, all: stretchOf(slices, begin, edges) };
}

function stretchOf(slices: readonly Slice[], begin: Date, edges: readonly number[]): Stretch {
  const seconds = slices.reduce((sum, slice) => sum + slice.seconds, 0);
  return {
    begin,
    end: new Date(begin.getTime() + seconds * 1000),
    stable: countsOf(slices, "stable", edges),
    canary: countsOf(slices, "canary", edges),
  };
}

/** What was counted of one version in these slices. */
export function countsOf(slices: readonly Slice[], side: "stable" | "canary", edges: readonly number[]): SideCounts {
  let [requests, errors] = [0, 0];
  let histogram: Histogram = { requests: 0, within: edges.map(() => 0) };
  for (const slice of slices) {
    requests += slice[side].requests;
    errors += slice[side].bad;
    if (slice.latency) histogram = merged(histogram, slice.latency[side]);
  }
  return {
    requests,
    errors,
    errorRate: rateInterval(errors, requests, confidence) ?? null,
    p95: p95Of(histogram, edges) ?? null,
  };
}

/** A histogram tells in which bucket the 95th percentile lies, and no more. */
function p95Of(histogram: Histogram, edges: readonly number[]): SideCounts["p95"] | undefined {
  const estimate = quantile(0.95, histogram, edges);
  if (estimate === undefined) return undefined;
  const bucket = histogram.within.findIndex((count) => count >= 0.95 * histogram.requests);
  if (bucket < 0) return { estimate, lower: estimate, upper: null };
  return { estimate, lower: edges[bucket - 1] ?? 0, upper: edges[bucket] ?? null };
}

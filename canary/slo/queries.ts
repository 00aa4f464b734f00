import type { Source } from "./source.ts";

/**
 * Queries in PromQL. Each answers one series per version of the source, labelled by `source.label`, and none where there was no
 * traffic: a ratio of nothing is not a number, and compares to nothing.
 * A window is a duration as Prometheus reads it, such as `1m`, at least three scrapes long.
 */
const sumBy = (source: Source, metric: string, matchers: string, window: string, ago?: string) =>
  `sum by (${source.label}) (rate(${metric}{${matchers}}[${window}]${ago ? ` offset ${ago}` : ""}))`;

/** Requests per second, within the window that ended `ago`, or that ends now. */
export const requestRate = (source: Source, window: string, ago?: string): string =>
  sumBy(source, source.requests, source.selector, window, ago);

/** Share of the requests that failed, 0..1; 0 where none did. */
export function errorRatio(source: Source, window: string): string {
  const all = requestRate(source, window);
  const failed = sumBy(source, source.requests, `${source.selector},${source.failed}`, window);
  return `(${failed} or ${all} * 0) / (${all} > 0)`;
}

/** What 95% of the requests were answered within, in milliseconds, as exact as the histogram's buckets are. */
export const p95Milliseconds = (source: Source, window: string): string =>
  // Without traffic the quantile is not a number, and so not at least 0.
  `${quantileMilliseconds(source, window, "0.95")} >= 0`;

const quantileMilliseconds = (source: Source, window: string, share: string): string =>
  `histogram_quantile(${share}, sum by (${source.label}, le) (rate(${source.duration}_bucket{${source.durationSelector}}[${window}]))) * ${source.milliseconds}`;

/** How many requests of each version the window holds. */
const requestCount = (source: Source, window: string): string =>
  `sum by (${source.label}) (increase(${source.requests}{${source.selector}}[${window}]))`;

/**
 * So many standard errors above what is allowed count as shown. By chance a version that is just at its limit gets there in one window of 290
 * with 100 requests (5 errors where 1 is allowed), and more rarely with more of them.
 */
const standardErrors = 4;

/** Times a standard error of a share with one request. */
const errorsOf = (share: number): number => Number((standardErrors * Math.sqrt(share * (1 - share))).toPrecision(4));

/**
 * The ratio of errors where it is within what is allowed, and a lower bound of it where that is above: the score test for a share. Nothing
 * between the two, for what was seen shows neither.
 */
export function errorRatioOrBound(source: Source, window: string, allowed: number): string {
  const ratio = `(${errorRatio(source, window)})`;
  return `(${ratio} <= ${allowed}) or (${ratio} - ${errorsOf(allowed)} / sqrt(${requestCount(source, window)}) > ${allowed})`;
}

/** The same for the time that 95% were answered within: its lower bound is a lower quantile. Of one version. */
export function p95OrBound(source: Source, window: string, allowed: number): string {
  const lower = `scalar(0.95 - ${errorsOf(0.95)} / sqrt(${requestCount(source, window)}))`;
  return `((${p95Milliseconds(source, window)}) <= ${allowed}) or (${quantileMilliseconds(source, window, lower)} > ${allowed})`;
}

/** The version's share of all requests, 0..1: what the weight came to, whoever set it. */
export function share(source: Source, window: string, ago?: string): string {
  const rate = requestRate(source, window, ago);
  return `${rate} / on () group_left () (sum(${rate}) > 0)`;
}

/** `query`, per version of the source, where the window holds requests enough to conclude anything, and nothing elsewhere. */
export const ifEnough = (query: string, source: Source, window: string, minimumRequests: number): string =>
  `(${query}) and on (${source.label}) (${requestCount(source, window)} >= ${minimumRequests})`;

/**
 * By how much, 0..1, a share differs from the one before when somebody moved it. Chance alone does that to one half of 800 requests in
 * one window of 20, and less often to any other share or to one of more requests.
 */
export const movedBy = 0.05;

/** The versions whose share moved by more than {@link movedBy} within `step`: one stretch of time for each change of weight. */
export const movedShare = (source: Source, step: string): string =>
  `abs((${share(source, step)}) - (${share(source, step, step)})) > ${movedBy}`;

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
export function p95Milliseconds(source: Source, window: string): string {
  const buckets = `sum by (${source.label}, le) (rate(${source.duration}_bucket{${source.durationSelector}}[${window}]))`;
  // Without traffic the quantile is not a number, and so not at least 0.
  return `histogram_quantile(0.95, ${buckets}) * ${source.milliseconds} >= 0`;
}

/** The version's share of all requests, 0..1: what the weight came to, whoever set it. */
export function share(source: Source, window: string, ago?: string): string {
  const rate = requestRate(source, window, ago);
  return `${rate} / on () group_left () (sum(${rate}) > 0)`;
}

/** `query`, per version of the source, where the window holds requests enough to conclude anything, and nothing elsewhere. */
export const ifEnough = (query: string, source: Source, window: string, minimumRequests: number): string =>
  `(${query}) and on (${source.label}) (sum by (${source.label}) (increase(${source.requests}{${source.selector}}[${window}])) >= ${minimumRequests})`;

/**
 * By how much, 0..1, a share differs from the one before when somebody moved it. Chance alone does that to one half of 800 requests in
 * one window of 20, and less often to any other share or to one of more requests.
 */
export const movedBy = 0.05;

/** The versions whose share moved by more than {@link movedBy} within `step`: one stretch of time for each change of weight. */
export const movedShare = (source: Source, step: string): string =>
  `abs((${share(source, step)}) - (${share(source, step, step)})) > ${movedBy}`;

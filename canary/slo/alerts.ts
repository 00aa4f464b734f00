import type { ApplicationName } from "../application-name.ts";
import { formatDuration } from "../duration.ts";
import type { Objective } from "./objective.ts";
import { ifEnough, movedBy } from "./queries.ts";
import { recorded } from "./recorded.ts";
import type { Source } from "./source.ts";

/**
 * Multi-window, multi-burn-rate alerts of the Google SRE Workbook, chapter 5, "Alerting on SLOs", table 5-8
 * (https://sre.google/workbook/alerting-on-slos/): errors come `factor` times as fast as the objective allows, over the long window,
 * so that it matters, and over the short one, so that it still goes on. Both are counted in windows of the objective. With a window of
 * 5 minutes they are the workbook's own 1 h and 5 min, 6 h and 30 min; a lab's shorter window shortens all in proportion. The workbook's third
 * pair, 3 days and 6 hours, is for slow leaks that outlast any canary.
 */
export const burnRates = [
  { factor: 14.4, long: 12, short: 1 },
  { factor: 6, long: 72, short: 6 },
] as const;
export type BurnRate = (typeof burnRates)[number];

/** Lengths of the windows over which errors are recorded, in seconds, shortest first. */
export const errorWindows = ({ windowSeconds }: Objective): readonly number[] =>
  burnRates.flatMap(({ short, long }) => [short, long].map((count) => count * windowSeconds)).toSorted((a, b) => a - b);

/**
 * The share of errors at which a budget burns at a rate. A generous objective cannot burn as fast as the workbook's strict ones: then
 * half of what it does not allow stands in, for a share above 1 would never be reached.
 */
export const burnThreshold = ({ errorRate }: Objective, { factor }: BurnRate): number =>
  Math.min(factor * errorRate, (1 + errorRate) / 2);

/** The versions that burn their budget at this rate. */
export function burning(source: Source, measured: ApplicationName, objective: Objective, rate: BurnRate): string {
  const long = rate.long * objective.windowSeconds;
  const above = (seconds: number) =>
    `${recorded("errors", source, measured, seconds)} > ${round(burnThreshold(objective, rate))}`;
  return ifEnough(
    `${above(long)} and ${above(rate.short * objective.windowSeconds)}`,
    source,
    formatDuration(long),
    objective.minimumRequests,
  );
}

/**
 * By which factor a share has to grow within one window to count as rising: more than chance does to a small canary's. A large one that
 * takes a step of a fine ladder grows by less, and rises by {@link movedBy}.
 */
const risingFactor = 1.25;

/** The versions that fail more than the objective allows while their share of the traffic rises, or has only just begun. */
export function failingWhileRising(source: Source, measured: ApplicationName, objective: Objective): string {
  const { errorRate, windowSeconds, minimumRequests } = objective;
  const window = formatDuration(windowSeconds);
  const errors = recorded("errors", source, measured, windowSeconds);
  const share = recorded("share", source, measured, windowSeconds);
  const before = `${share} offset ${window}`;
  const grown = `${share} > ${risingFactor} * ${before} or ${share} - ${before} > ${movedBy}`;
  const rising = `(${grown} or ${share} > 0 unless ${before} > 0)`;
  return ifEnough(`${errors} > ${errorRate} and ${rising}`, source, window, minimumRequests);
}

/** Without the digits that binary fractions add. */
const round = (share: number) => Number(share.toPrecision(6));

/** How one request ended: by an answer, or by an error of the transport. Times are Unix times in milliseconds. */
export type Outcome =
  | {
      readonly at: number;
      readonly milliseconds: number;
      readonly status: number;
      readonly version: string | undefined;
    }
  | { readonly at: number; readonly error: string };

/** What a run of the load generator prints. */
export interface LoadSummary {
  readonly sent: number;
  /** Requests that were due while `concurrency` others were in flight, and so were not sent. */
  readonly skipped: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Answers by status code. */
  readonly statuses: Record<string, number>;
  /** Answers by the version that their body names; an answer that names none is not here. */
  readonly versions: Record<string, number>;
  /** Errors of the transport by code, such as ECONNRESET. */
  readonly errors: Record<string, number>;
  /** Time from sending a request to the end of its answer, in milliseconds; null where nothing was answered. */
  readonly milliseconds: Record<"p50" | "p95" | "p99" | "max", number | null>;
  /** Unix time in milliseconds of the first and the last answer of each version. */
  readonly firstSeen: Record<string, number>;
  readonly lastSeen: Record<string, number>;
  /** Errors of the transport and answers from 500 up. */
  readonly failed: number;
  /** Each request, in the order in which they ended; only where they were asked for. */
  readonly outcomes?: readonly Outcome[];
}

const count = (keys: readonly (string | number)[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

/** The smallest value that at least `share` of the sorted values do not exceed (nearest rank), rounded to 0.01. */
const percentile = (sorted: readonly number[], share: number): number | null => {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value * 100) / 100;
};

/** Sums up the outcomes of a run, which are in the order in which the requests ended. */
export function summarize(outcomes: readonly Outcome[], skipped: number, seconds: number): LoadSummary {
  const answers = outcomes.filter((outcome) => "status" in outcome);
  const errors = outcomes.filter((outcome) => "error" in outcome);
  const times = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const firstSeen: Record<string, number> = {};
  const lastSeen: Record<string, number> = {};
  for (const { version, at } of answers) {
    if (version === undefined) continue;
    firstSeen[version] ??= at;
    lastSeen[version] = at;
  }
  return {
    sent: outcomes.length,
    skipped,
    seconds: Math.round(seconds * 1000) / 1000,
    statuses: count(answers.map(({ status }) => status)),
    versions: count(answers.flatMap(({ version }) => version ?? [])),
    errors: count(errors.map(({ error }) => error)),
    milliseconds: {
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      p99: percentile(times, 0.99),
      max: percentile(times, 1),
    },
    firstSeen,
    lastSeen,
    failed: errors.length + answers.filter(({ status }) => status >= 500).length,
  };
}

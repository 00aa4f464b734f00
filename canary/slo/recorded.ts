import type { ApplicationName } from "../application-name.ts";
import { formatDuration } from "../duration.ts";
import { errorRatio, p95Milliseconds, requestRate, share } from "./queries.ts";
import type { Source } from "./source.ts";

const queries = {
  rate: { metric: "requests:rate", query: (source: Source, window: string) => requestRate(source, window) },
  errors: { metric: "request_errors:ratio", query: errorRatio },
  p95: { metric: "request_duration_milliseconds:p95_", query: p95Milliseconds },
  share: { metric: "requests:share", query: (source: Source, window: string) => share(source, window) },
} as const;

/** What is recorded of each version. */
type Quantity = keyof typeof queries;

/** A recording rule, named as Prometheus advises: the level it is summed to, the metric, the operations. */
export function record(quantity: Quantity, source: Source, { app, namespace }: ApplicationName, seconds: number) {
  const window = formatDuration(seconds);
  return {
    record: recordName(quantity, source, seconds),
    expr: queries[quantity].query(source, window),
    labels: { app, namespace },
  };
}

/** A query for what `record` keeps. */
export const recorded = (
  quantity: Quantity,
  source: Source,
  { app, namespace }: ApplicationName,
  seconds: number,
): string => `${recordName(quantity, source, seconds)}{app="${app}",namespace="${namespace}"}`;

const recordName = (quantity: Quantity, source: Source, seconds: number) =>
  `${source.label}:${queries[quantity].metric}${formatDuration(seconds)}`;

import { proxyStatsQuery } from "../../../cluster/kube/paths.ts";

/** Which of a proxy's counters are those of the requests that it sends to an application, as a filter of their names. */
export const upstreamFilter = (app: string): string => `${app}.*upstream_rq`;

/** What is asked of a sidecar's proxy: the page of those counters. They stay while pods come and go. */
export const upstreamCountersPath = (app: string): string => `/${proxyStatsQuery(upstreamFilter(app))}`;

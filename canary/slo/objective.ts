/** What a version must keep to be good enough: one objective for the alerts, for the analysis of a canary and for the dashboard. */
export interface Objective {
  /** Share of the requests that may fail, between 0 and 1, both excluded. */
  readonly errorRate: number;
  /** What 95% of the requests must be answered within, in milliseconds. */
  readonly p95Milliseconds: number;
  /** Time over which both are measured, in seconds. */
  readonly windowSeconds: number;
  /** Requests of a version within the window below which nothing is concluded, at least 1. */
  readonly minimumRequests: number;
}

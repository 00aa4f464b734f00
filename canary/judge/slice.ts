import { type Counts, checkCounts, type Table } from "./counts.ts";

/** Requests by their latency: how many were answered within each edge of the config's. */
export interface Histogram {
  /** All of them, the slowest ones too. */
  readonly requests: number;
  /** For each edge how many took at most that long; rising. */
  readonly within: readonly number[];
}

/** What happened between two readings of the counters. Slices follow one another; their lengths may differ. */
export interface Slice extends Table {
  /** Length in seconds, above 0. */
  readonly seconds: number;
  /** Latencies that were recorded since the last slice that has them; proxies merge histograms more rarely than counters. */
  readonly latency?: { readonly stable: Histogram; readonly canary: Histogram };
}

/** The requests of a histogram that were slower than one of its edges. */
export const slowerThan = (edge: number, { requests, within }: Histogram): Counts => ({
  requests,
  bad: requests - (within[edge] ?? 0),
});

/** @throws RangeError where a number cannot be a count, or a histogram does not fit the edges */
export function checkSlice({ seconds, stable, canary, latency }: Slice, edges: number): void {
  if (!(seconds > 0 && Number.isFinite(seconds)))
    throw new RangeError(`A slice lasts ${seconds} s: allowed is above 0.`);
  checkCounts(stable, "The stable side");
  checkCounts(canary, "The canary");
  if (!latency) return;
  checkHistogram(latency.stable, edges, "The stable side's histogram");
  checkHistogram(latency.canary, edges, "The canary's histogram");
}

function checkHistogram(histogram: Histogram, edges: number, where: string): void {
  const { within } = histogram;
  if (within.length !== edges) throw new RangeError(`${where} has ${within.length} edges: the config has ${edges}.`);
  for (let edge = 0; edge < edges; edge++) checkCounts(slowerThan(edge, histogram), where);
  if (within.some((count, edge) => count < (within[edge - 1] ?? 0))) throw new RangeError(`${where} does not rise.`);
}

/** Requests of both sides in the last slices, of so many seconds together at least where there are as many. */
export function lately(slices: readonly Slice[], leastSeconds: number) {
  let [stable, canary, seconds] = [0, 0, 0];
  for (let index = slices.length - 1; index >= 0 && seconds < leastSeconds; index--) {
    stable += slices[index]?.stable.requests ?? 0;
    canary += slices[index]?.canary.requests ?? 0;
    seconds += slices[index]?.seconds ?? 0;
  }
  return { stable, canary, seconds };
}

/** Two histograms as one. */
export const merged = (one: Histogram, other: Histogram): Histogram => ({
  requests: one.requests + other.requests,
  within: other.within.map((count, edge) => count + (one.within[edge] ?? 0)),
});

/**
 * What a share of the requests was answered within, in milliseconds: between the edges of its bucket as if they lay evenly there, as
 * Prometheus has it. The last edge where they were slower than that; undefined without requests.
 */
export function quantile(share: number, { requests, within }: Histogram, edges: readonly number[]): number | undefined {
  if (requests === 0) return undefined;
  const rank = share * requests;
  const bucket = within.findIndex((count) => count >= rank);
  if (bucket < 0) return edges.at(-1);
  const [below, start] = bucket === 0 ? [0, 0] : [within[bucket - 1] ?? 0, edges[bucket - 1] ?? 0];
  const inside = (within[bucket] ?? 0) - below;
  return start + ((edges[bucket] ?? 0) - start) * (inside === 0 ? 1 : (rank - below) / inside);
}

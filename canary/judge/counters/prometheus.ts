import type { Slice } from "../slice.ts";
import { longestGapSeconds } from "./caller.ts";
import { CounterReader } from "./counter-reader.ts";
import { isObject, type Matrix, matrixIn } from "./matrix.ts";
import { type PodRelease, podsQuery, podTelemetry } from "./pod-telemetry.ts";
import { type Release, type Telemetry, telemetryOf } from "./telemetry.ts";

/**
 * What Prometheus answers behind a path of its HTTP API, such as `query?query=up`, parsed. It rejects with Unreadable where there is no
 * answer, and with TooLong where the answer is more than can be held.
 */
export type AskPrometheus = (path: string) => Promise<unknown>;

/** An answer that is too long to be held: a shorter range would do. */
export class TooLong extends Error {}

/** Why Prometheus could not be read. */
export class Unreadable extends Error {}

/** Unix seconds, both included, and seconds between two readings. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** What is counted of a release. */
export interface Counted {
  readonly release: Release | PodRelease;
  /** Upper edges of the histogram's buckets in milliseconds, as the judge's config has them. */
  readonly edges: readonly number[];
  /** Whether the latency is read, too. */
  readonly needsLatency: boolean;
}

/** Whether the latency of each side is counted, too. */
export const hasLatency = (release: Counted["release"]): boolean => !("pods" in release);

/** Readings in one stretch of a range, where its answer is not too long. */
const readingsAtOnce = 600;

/** Prometheus' own clock, in Unix seconds: that of this machine may differ. @throws Unreadable */
export async function prometheusNow(ask: AskPrometheus): Promise<number> {
  const answer = await ask(pathOf("query", { query: "time()" }));
  const data = isObject(answer) && isObject(answer.data) ? answer.data : {};
  const seconds = Array.isArray(data.result) ? Number(data.result[1]) : Number.NaN;
  if (!Number.isFinite(seconds)) throw new Unreadable("Prometheus does not say what time it is.");
  return seconds;
}

/** A range whose readings are of the same moments whenever it is asked for. */
export const alignedRange = (begin: number, end: number, step: number): Range => ({
  start: Math.ceil(begin / step) * step,
  end,
  step,
});

/**
 * The judge's slices of a range, from all that Prometheus has of it, anew each time. Nothing is kept: two who ask for the same range get the
 * same slices. What was not scraped is a longer slice, and what cannot be told, as after a restart, is left out of both versions.
 *
 * @throws Unreadable where a part of the range has no answer: the slices before it do not stand for the whole
 */
export async function prometheusSlices(
  ask: AskPrometheus,
  { release, edges, needsLatency }: Counted,
  { start, end, step }: Range,
): Promise<readonly Slice[]> {
  if (start > end) return [];
  const telemetry = "pods" in release ? await podsOf(ask, release, start, end) : telemetryOf(release, edges);
  const reader = new CounterReader(telemetry, edges);
  let readings = readingsAtOnce;
  for (let from = start; from <= end; ) {
    const stretch = { start: from, end: Math.min(end, from + (readings - 1) * step), step };
    try {
      const requests = await matrixOf(ask, telemetry.requests, stretch);
      reader.add(requests, needsLatency ? await matrixOf(ask, telemetry.durations, stretch) : []);
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      if (readings === 1)
        throw new Unreadable("There are too many counters to read at once: ask for one app, or with latency=off.");
      readings = Math.ceil(readings / 2);
      continue;
    }
    from += readings * step;
  }
  return reader.slices;
}

/** The pods that were scraped within a range. */
async function podsOf(ask: AskPrometheus, release: PodRelease, start: number, end: number): Promise<Telemetry> {
  const query = podsQuery(release, Math.ceil(end - start) + longestGapSeconds);
  const scraped = await matrixOf(ask, query, { start: end, end, step: 1 }).catch((error: unknown) => {
    throw error instanceof TooLong ? new Unreadable("There were too many pods to read at once.") : error;
  });
  return podTelemetry(release, scraped);
}

async function matrixOf(ask: AskPrometheus, query: string, range: Range): Promise<Matrix> {
  const answer = await ask(pathOf("query_range", { query, ...range }));
  try {
    return matrixIn(answer);
  } catch (error) {
    throw new Unreadable(`The answer of Prometheus cannot be read: ${(error as Error).message}.`);
  }
}

function pathOf(what: string, asked: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) query.set(name, String(value));
  return `${what}?${query}`;
}

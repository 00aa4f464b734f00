import { type Conclusion, conclude, lastRelease, presentSeconds } from "../../../canary/judge/conclusion.ts";
import { CounterReader } from "../../../canary/judge/counters/counter-reader.ts";
import { telemetryOf } from "../../../canary/judge/counters/telemetry.ts";
import type { Slice } from "../../../canary/judge/slice.ts";
import { type Prometheus, type Range, TooLong, Unreadable } from "./prometheus.ts";
import type { Question } from "./question.ts";

/** Most readings of a release: two hours of one second each, ten of five. They are what memory is needed for. */
const mostReadings = 7200;

/** Readings in one stretch of a range, where its answer is not too long. */
const readingsAtOnce = 600;

/** The verdict on a release, from all that Prometheus has of it, anew each time. @throws Unreadable, RangeError */
export async function judge(prometheus: Prometheus, question: Question, signal: AbortSignal): Promise<Conclusion> {
  const { since, windowSeconds, stepSeconds: step, options, needsLatency } = question;
  const now = await prometheus.now(signal);
  if (since !== undefined && since > now)
    throw new Unreadable(`The release begins ${Math.ceil(since - now)} s from now, by the clock of Prometheus.`);
  const begin = since ?? now - windowSeconds;
  if (now - begin > mostReadings * step)
    throw new Unreadable(
      `The release began ${Math.floor(now - begin)} s ago, and at most ${mostReadings} readings are made: ask with a step of ${Math.ceil((now - begin) / mostReadings)} s or more.`,
    );
  // Readings of the same moments whenever it is asked.
  const start = Math.ceil(begin / step) * step;
  const slices = await slicesIn(prometheus, question, { start, end: now, step }, signal);
  return conclude(since === undefined ? lastRelease(slices, presentSeconds) : slices, options, needsLatency);
}

/** Reads a range stretch by stretch, each as long as its answer may be. */
async function slicesIn(
  prometheus: Prometheus,
  { release, options, needsLatency }: Question,
  { start, end, step }: Range,
  signal: AbortSignal,
): Promise<readonly Slice[]> {
  const { edges } = options.latency;
  const telemetry = telemetryOf(release, edges);
  const reader = new CounterReader(telemetry, edges);
  let readings = readingsAtOnce;
  for (let from = start; from <= end; ) {
    const stretch = { start: from, end: Math.min(end, from + (readings - 1) * step), step };
    try {
      const requests = await prometheus.range(telemetry.requests, stretch, signal);
      reader.add(requests, needsLatency ? await prometheus.range(telemetry.durations, stretch, signal) : []);
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

import { type Conclusion, conclude, lastRelease, presentSeconds } from "../../../canary/judge/conclusion.ts";
import {
  type AskPrometheus,
  alignedRange,
  prometheusNow,
  prometheusSlices,
  Unreadable,
} from "../../../canary/judge/counters/prometheus.ts";
import type { Question } from "./question.ts";

/** Most readings of a release: two hours of one second each, ten of five. They are what memory is needed for. */
const mostReadings = 7200;

/** The verdict on a release, from all that Prometheus has of it, anew each time. @throws Unreadable, RangeError */
export async function judge(ask: AskPrometheus, question: Question): Promise<Conclusion> {
  const { since, windowSeconds, stepSeconds: step, options, release, needsLatency } = question;
  const now = await prometheusNow(ask);
  if (since !== undefined && since > now)
    throw new Unreadable(`The release begins ${Math.ceil(since - now)} s from now, by the clock of Prometheus.`);
  const begin = since ?? now - windowSeconds;
  if (now - begin > mostReadings * step)
    throw new Unreadable(
      `The release began ${Math.floor(now - begin)} s ago, and at most ${mostReadings} readings are made: ask with a step of ${Math.ceil((now - begin) / mostReadings)} s or more.`,
    );
  const { edges } = options.latency;
  const slices = await prometheusSlices(ask, { release, edges, needsLatency }, alignedRange(begin, now, step));
  return conclude(since === undefined ? lastRelease(slices, presentSeconds) : slices, options, needsLatency);
}

import type { JudgeOptions } from "./config.ts";
import { evidenceText } from "./evidence-text.ts";
import { lately, type Slice } from "./slice.ts";
import { judgeOf, type ReleaseJudge, type Verdict } from "./verdict.ts";

/** What whoever promotes is told, with the numbers that it comes from. */
export interface Conclusion {
  readonly verdict: "pass" | "fail" | "inconclusive";
  /** One sentence for people. */
  readonly reason: string;
  readonly numbers: Verdict;
}

/** A pass speaks of the present: without a request to the canary within so many seconds there is none. */
export const presentSeconds = 120;

/**
 * The judge's verdict, where what was read carries it: a version that nobody called, a canary that gets no request any more (or
 * counters that are read no more, which looks the same) and a latency that was not read pass nothing.
 *
 * @param needsLatency whether a pass needs the latency, too
 * @throws RangeError where the judge refuses the config or a slice
 */
export function conclude(slices: readonly Slice[], options: JudgeOptions, needsLatency: boolean): Conclusion {
  return conclusionOf(judgeOf(slices, options), needsLatency);
}

/** The same for a release that is judged slice by slice. */
export function conclusionOf(judge: ReleaseJudge, needsLatency: boolean): Conclusion {
  const { slices } = judge;
  const numbers = judge.verdict();
  const missing = missingIn(numbers, slices, needsLatency);
  if (missing) return { verdict: "inconclusive", reason: missing, numbers };
  if (numbers.verdict === "fail") return { verdict: "fail", reason: failReason(numbers), numbers };
  if (numbers.verdict === "pass") return { verdict: "pass", reason: passReason(numbers), numbers };
  return { verdict: "inconclusive", reason: waitReason(numbers), numbers };
}

/** What keeps the slices from carrying a verdict. A fail stays one when the canary is called no more: that is what becomes of it. */
function missingIn(
  { verdict, ...sides }: Verdict,
  slices: readonly Slice[],
  needsLatency: boolean,
): string | undefined {
  for (const side of ["canary", "stable"] as const) {
    if (sides[side].requests === 0) return `No request to the ${side} version was counted.`;
  }
  if (verdict === "fail") return undefined;
  if (lately(slices, presentSeconds).canary === 0)
    return `No request to the canary was counted within the last ${presentSeconds} s.`;
  if (!needsLatency) return undefined;
  const unknown = (["canary", "stable"] as const).filter((side) => sides[side].p95Milliseconds === undefined);
  if (unknown.length === 0) return undefined;
  return `How long requests to the ${unknown.join(" and the ")} version take is not known: the callers have counted no times, or not by the limits that the judge compares.`;
}

function failReason({ failure, tests, ...sides }: Verdict): string {
  const test = tests.find(({ speaker }) => speaker === failure?.by);
  const seen = seenOf(failure?.by.startsWith("latency") ? "latency" : "errors", sides);
  return `The canary is worse by its ${failure?.by}: ${seen}; ${evidenceOf(failure?.evidence, test?.bound)} after ${short(failure?.atSeconds)} s, bound ${short(test?.bound)}.`;
}

const seenOf = (by: "errors" | "latency", { stable, canary }: Pick<Verdict, "stable" | "canary">): string =>
  by === "latency"
    ? `p95 ${milliseconds(canary.p95Milliseconds)}, stable ${milliseconds(stable.p95Milliseconds)}`
    : `${canary.errors} of ${canary.requests} requests failed, of stable ${stable.errors} of ${stable.requests}`;

const passReason = ({ canary, pass }: Verdict): string =>
  `The canary is good enough: ${canary.errors} of ${canary.requests} requests failed; ${evidenceOf(Math.min(pass.errors, pass.latency ?? pass.errors), pass.bound)}, bound ${short(pass.bound)}.`;

function waitReason({ missing, pass, ...sides }: Verdict): string {
  const { requests, seconds } = missing ?? {};
  if (requests === undefined) {
    const by = pass.errors < pass.bound ? "errors" : "latency";
    return `Not enough traffic for a pass by its ${by}: ${seenOf(by, sides)}; ${evidenceOf(pass[by], pass.bound)}, bound ${short(pass.bound)}.`;
  }
  const time = seconds === undefined ? "" : `, ${Math.ceil(seconds)} s at the present rate`;
  return `Not enough traffic: a pass needs ${requests} more requests to the canary${time}.`;
}

const milliseconds = (value: number | undefined) => (value === undefined ? "unknown" : `${short(value)} ms`);

const evidenceOf = (evidence = Number.NaN, bound = Number.NaN) => `evidence ${evidenceText(evidence, bound)}`;

/** Three digits that count. */
export const short = (value = Number.NaN): string => String(Number(value.toPrecision(3)));

/**
 * The slices of the release that goes on, where nobody says when it began: those from the canary's first request after a pause on. None
 * where the pause goes on: what a release before it showed says nothing of the next one, which may be a repetition of the same version.
 *
 * @param quietSeconds so long without a request to the canary is a pause, above 0
 */
export function lastRelease(slices: readonly Slice[], quietSeconds: number): readonly Slice[] {
  let begin = 0;
  let called = noRequests;
  let quiet = { seconds: Number.POSITIVE_INFINITY, stable: 0 };
  const isPause = () => quiet.seconds >= quietSeconds || isUnlikely(quiet.stable, called);
  for (const [index, { seconds, stable, canary }] of slices.entries()) {
    if (canary.requests === 0) {
      quiet = { seconds: quiet.seconds + seconds, stable: quiet.stable + stable.requests };
      continue;
    }
    if (isPause()) [begin, called] = [index, noRequests];
    called = {
      stable: called.stable + quiet.stable + stable.requests,
      canary: called.canary + canary.requests,
    };
    quiet = { seconds: 0, stable: 0 };
  }
  return isPause() ? [] : slices.slice(begin);
}

const noRequests = { stable: 0, canary: 0 };

/**
 * Whether the stable side gets so many requests in a row at the canary's share so far more rarely than once in 10^8 times. After c requests to the
 * canary among n, m more without one have a chance of at most ((n + 1) / (n + m + 1))^(c + 1), where any share was as likely before.
 */
const isUnlikely = (inARow: number, { stable, canary }: typeof noRequests): boolean =>
  (canary + 1) * Math.log1p(inARow / (stable + canary + 1)) > Math.log(1e8);

import type { JudgeOptions, Speaker } from "./config.ts";
import { type Factor, factorOf } from "./factor.ts";
import { type Missing, missingToPass } from "./forecast.ts";
import { type Failure, Judge } from "./judge.ts";
import { type Histogram, merged, quantile, type Slice, slowerThan } from "./slice.ts";

/** What was seen of one side. */
export interface SideReport {
  readonly requests: number;
  readonly errors: number;
  /** Undefined where no latency was recorded. */
  readonly p95Milliseconds: number | undefined;
}

/** A test in numbers that a person can check. */
export interface TestReport {
  readonly speaker: Speaker;
  readonly mayFail: boolean;
  /** The e-value that it is worse than is allowed, and what it must reach to fail. */
  readonly evidence: number;
  readonly bound: number;
  /** Of the two differences: percentage points more of the canary's requests that are bad, and the factor of the odds. */
  readonly excessPoints?: number;
  readonly factor?: Factor;
  /** Of the latency: the edge in milliseconds at which it differs most clearly, to which factor and points belong. */
  readonly edgeMilliseconds?: number;
}

export interface Verdict {
  readonly verdict: "fail" | "pass" | "not enough traffic";
  /** Who failed the release, and when. */
  readonly failure?: Failure;
  readonly seconds: number;
  readonly stable: SideReport;
  readonly canary: SideReport;
  readonly tests: readonly TestReport[];
  /** E-values that errors and latency are good enough, and what both must reach to pass; latency is undefined where none was recorded. */
  readonly pass: { readonly errors: number; readonly latency: number | undefined; readonly bound: number };
  /** What is still needed for a pass; only with "not enough traffic". */
  readonly missing?: Missing;
}

/**
 * The verdict over all slices of a release, from its first one to now. Nothing but the arguments goes into it. `fail` stays once it is
 * reached; `pass` needs the evidence of now.
 *
 * @throws RangeError where the config or a slice is refused
 */
export function judgeRelease(slices: readonly Slice[], options: JudgeOptions = {}): Verdict {
  const judge = new Judge(options);
  for (const slice of slices) judge.add(slice);
  const { config, failed, passBound } = judge;
  const { errors, latency } = judge.passEvidence;
  const sides = { stable: sideOf("stable", slices, config), canary: sideOf("canary", slices, config) };
  const measured = slices.some((slice) => slice.latency);
  const passed = errors >= passBound && (!measured || latency >= passBound);
  const verdict = failed ? "fail" : passed ? "pass" : "not enough traffic";
  return {
    verdict,
    ...(failed && { failure: failed }),
    seconds: slices.reduce((sum, { seconds }) => sum + seconds, 0),
    ...sides,
    tests: testsOf(judge, slices),
    pass: { errors, latency: measured ? latency : undefined, bound: passBound },
    ...(verdict === "not enough traffic" && { missing: missingToPass(judge, slices) }),
  };
}

function sideOf(side: "stable" | "canary", slices: readonly Slice[], { latency }: Judge["config"]): SideReport {
  let requests = 0;
  let errors = 0;
  let histogram: Histogram = { requests: 0, within: [] };
  for (const slice of slices) {
    requests += slice[side].requests;
    errors += slice[side].bad;
    if (slice.latency) histogram = merged(histogram, slice.latency[side]);
  }
  return { requests, errors, p95Milliseconds: quantile(0.95, histogram, latency.edges) };
}

function testsOf(judge: Judge, slices: readonly Slice[]): readonly TestReport[] {
  const { mayFail, beta, latency } = judge.config;
  const test = (speaker: Speaker): TestReport => ({
    speaker,
    mayFail: mayFail.includes(speaker),
    evidence: judge.evidence(speaker),
    bound: judge.bound,
  });
  const clearest = judge.clearestEdge;
  const slower = (edge: number) =>
    slices.flatMap((slice) =>
      slice.latency
        ? [{ stable: slowerThan(edge, slice.latency.stable), canary: slowerThan(edge, slice.latency.canary) }]
        : [],
    );
  return [
    { ...test("errors"), excessPoints: judge.errors.excessPoints, factor: factorOf(slices, beta) },
    {
      ...test("latency"),
      ...(clearest && {
        edgeMilliseconds: latency.edges[clearest.edge] ?? 0,
        excessPoints: clearest.test.excessPoints,
        factor: factorOf(slower(clearest.edge), beta),
      }),
    },
    test("error objective"),
    test("latency objective"),
  ];
}

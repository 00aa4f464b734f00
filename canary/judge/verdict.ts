import type { JudgeOptions, Speaker } from "./config.ts";
import type { Counts } from "./counts.ts";
import { type Factor, FactorSequence } from "./factor.ts";
import { type Missing, missingToPass, presentRate } from "./forecast.ts";
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
export const judgeRelease = (slices: readonly Slice[], options: JudgeOptions = {}): Verdict =>
  judgeOf(slices, options).verdict();

/** What has judged these slices. @throws RangeError as {@link judgeRelease} */
export function judgeOf(slices: readonly Slice[], options: JudgeOptions): ReleaseJudge {
  const judge = new ReleaseJudge(options);
  for (const slice of slices) judge.add(slice);
  return judge;
}

/** The same, slice by slice: a verdict takes no longer after an hour of them than after the first. */
export class ReleaseJudge {
  private readonly judge: Judge;
  private readonly read: Slice[] = [];
  private readonly sides = { stable: new SideSums(), canary: new SideSums() };
  private readonly errors = new FactorSequence();
  /** For each edge that has been the clearest one, with how many slices it has of all. */
  private readonly latencies = new Map<number, { readonly factors: FactorSequence; slices: number }>();
  private seconds = 0;

  /** @throws RangeError where the config is refused */
  constructor(options: JudgeOptions = {}) {
    this.judge = new Judge(options);
  }

  get slices(): readonly Slice[] {
    return this.read;
  }

  /** @throws RangeError where the slice is refused; it is then left out */
  add(slice: Slice): void {
    this.judge.add(slice);
    this.read.push(slice);
    this.seconds += slice.seconds;
    for (const side of ["stable", "canary"] as const) this.sides[side].add(slice[side], slice.latency?.[side]);
    this.errors.add(slice);
  }

  verdict(): Verdict {
    const { judge, seconds, sides } = this;
    const { failed, passBound, config } = judge;
    const { errors, latency } = judge.passEvidence;
    const { timed, requests } = sides.canary;
    const measured = timed !== undefined;
    const passed = errors >= passBound && (!measured || latency >= passBound);
    const verdict = failed ? "fail" : passed ? "pass" : "not enough traffic";
    const missing = () => missingToPass(judge, { requests, timed, requestsPerSecond: presentRate(this.read) });
    return {
      verdict,
      ...(failed && { failure: failed }),
      seconds,
      stable: sides.stable.report(config),
      canary: sides.canary.report(config),
      tests: this.tests(),
      pass: { errors, latency: measured ? latency : undefined, bound: passBound },
      ...(verdict === "not enough traffic" && { missing: missing() }),
    };
  }

  private tests(): readonly TestReport[] {
    const { judge } = this;
    const { mayFail, beta, latency } = judge.config;
    const test = (speaker: Speaker): TestReport => ({
      speaker,
      mayFail: mayFail.includes(speaker),
      evidence: judge.evidence(speaker),
      bound: judge.bound,
    });
    const clearest = judge.clearestEdge;
    return [
      { ...test("errors"), excessPoints: judge.errors.excessPoints, factor: this.errors.factor(beta) },
      {
        ...test("latency"),
        ...(clearest && {
          edgeMilliseconds: latency.edges[clearest.edge] ?? 0,
          excessPoints: clearest.test.excessPoints,
          factor: this.slowerThan(clearest.edge).factor(beta),
        }),
      },
      test("error objective"),
      test("latency objective"),
    ];
  }

  /** Of all edges it would take ten times as long, and one of them is shown. */
  private slowerThan(edge: number): FactorSequence {
    const known = this.latencies.get(edge) ?? { factors: new FactorSequence(), slices: 0 };
    this.latencies.set(edge, known);
    for (; known.slices < this.read.length; known.slices++) {
      const latency = this.read[known.slices]?.latency;
      if (!latency) continue;
      known.factors.add({ stable: slowerThan(edge, latency.stable), canary: slowerThan(edge, latency.canary) });
    }
    return known.factors;
  }
}

/** The sums of one side. */
class SideSums {
  requests = 0;
  private errors = 0;
  private histogram: Histogram | undefined;

  add({ requests, bad }: Counts, latency: Histogram | undefined): void {
    this.requests += requests;
    this.errors += bad;
    if (latency) this.histogram = merged(this.histogram ?? { requests: 0, within: [] }, latency);
  }

  /** Requests whose latency was recorded; undefined where none was. */
  get timed(): number | undefined {
    return this.histogram?.requests;
  }

  report({ latency: { edges } }: Judge["config"]): SideReport {
    const { requests, errors, histogram } = this;
    return { requests, errors, p95Milliseconds: histogram && quantile(0.95, histogram, edges) };
  }
}

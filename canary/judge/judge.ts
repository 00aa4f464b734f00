import { type JudgeConfig, type JudgeOptions, judgeConfig, type Speaker } from "./config.ts";
import { Difference } from "./difference.ts";
import { ObjectiveTest } from "./objective-test.ts";
import { checkSlice, type Histogram, type Slice, slowerThan } from "./slice.ts";

/** What the latency objective allows: a 95th percentile within it is 5 % of the requests above it. */
const slowShare = 0.05;

/**
 * Judges a release slice by slice, in constant memory. Whoever reads the same slices again comes to the same verdict: nothing but they
 * and the config go into it.
 *
 * The method: sequential tests of 2x2 tables by likelihood ratios. Lindon, Sanden, Shirikian, "Rapid regression detection in software
 * deployments through sequential testing", KDD 2022 (arXiv 2205.14762); Turner and Grünwald, "Safe sequential testing and effect
 * estimation in stratified count data" (arXiv 2302.11401); Ville's inequality. docs/judge.md has its error rates.
 */
export class Judge {
  readonly config: JudgeConfig;
  readonly errors: Difference;
  readonly errorObjective: ObjectiveTest;
  /** One for each edge that is compared: an index into the config's edges. */
  readonly edges: readonly { readonly edge: number; readonly test: Difference }[];
  /** The objective at the edge at or above it, which fails, and at the one at or below it, which passes. */
  private readonly tooSlow: ObjectiveTest;
  readonly fastEnough: ObjectiveTest;
  private readonly edgeAbove: number;
  private readonly edgeBelow: number;
  private failure: Failure | undefined;
  private seconds = 0;
  private firstRequest: number | undefined;

  /** @throws RangeError where the config is refused: see {@link judgeConfig} */
  constructor(options: JudgeOptions = {}) {
    this.config = judgeConfig(options);
    const { errors, latency, objective } = this.config;
    // No bet reaches the bound by the first slice, however low the bound is: a part of the stake waits.
    const cut = Math.min(this.config.cut, this.bound);
    const { edges, floorMilliseconds } = latency;
    this.errors = new Difference(errors, cut);
    this.errorObjective = new ObjectiveTest(objective.errorRate, cut);
    this.edgeAbove = edges.findIndex((edge) => edge >= objective.p95Milliseconds);
    this.edgeBelow = edges.findLastIndex((edge) => edge <= objective.p95Milliseconds);
    this.tooSlow = new ObjectiveTest(slowShare, cut);
    this.fastEnough = new ObjectiveTest(slowShare, cut);
    // Edges that nothing reaches say nothing, and would thin out the mean: those far above the objective are left out.
    const enough = edges.findIndex((edge) => edge >= 4 * objective.p95Milliseconds);
    this.edges = edges.flatMap((limit, edge) =>
      limit >= floorMilliseconds && (enough < 0 || edge <= enough)
        ? [{ edge, test: new Difference(latency, cut) }]
        : [],
    );
  }

  /** What the evidence of each that may fail must reach: 1/alpha for one of them, and as many times that as there are. */
  get bound(): number {
    return Math.max(1, this.config.mayFail.length) / this.config.alpha;
  }

  /** What the evidence of a pass must reach. */
  get passBound(): number {
    return 1 / this.config.beta;
  }

  /** @throws RangeError where the slice holds something that is no count; it is then left out */
  add(slice: Slice): void {
    checkSlice(slice, this.config.latency.edges.length);
    const { stable, canary, latency, seconds } = slice;
    if (canary.requests > 0) this.firstRequest ??= this.seconds;
    const age = this.seconds - (this.firstRequest ?? this.seconds);
    this.seconds += seconds;
    this.errors.add({ stable, canary });
    this.errorObjective.add(canary);
    if (latency && age >= this.config.latency.warmUpSeconds) this.addLatency(latency.stable, latency.canary);
    this.failure ??= this.failureNow();
  }

  private addLatency(stable: Histogram, canary: Histogram): void {
    for (const { edge, test } of this.edges) {
      test.add({ stable: slowerThan(edge, stable), canary: slowerThan(edge, canary) });
    }
    this.tooSlow.add(slowerThan(this.edgeAbove, canary));
    this.fastEnough.add(slowerThan(this.edgeBelow, canary));
  }

  /** The e-value of each: the mean of the edges' e-values is one of the latency. */
  evidence(speaker: Speaker): number {
    switch (speaker) {
      case "errors":
        return this.errors.worse;
      case "latency":
        return this.meanOfEdges();
      case "error objective":
        return this.errorObjective.worse;
      case "latency objective":
        return this.tooSlow.worse;
    }
  }

  private meanOfEdges(): number {
    let sum = 0;
    for (const { test } of this.edges) sum += test.worse;
    return sum / this.edges.length;
  }

  /** The edge at which the latency differs most clearly. */
  get clearestEdge(): { readonly edge: number; readonly test: Difference } | undefined {
    return this.edges.reduce<(typeof this.edges)[number] | undefined>(
      (most, each) => (most && most.test.worse >= each.test.worse ? most : each),
      undefined,
    );
  }

  /** The first moment at which somebody who may fail the release had evidence enough; it stays. */
  get failed(): Failure | undefined {
    return this.failure;
  }

  /** E-values of the ways to show that the errors, and the latency, are good enough. One way is enough for each. */
  get passEvidence(): { readonly errors: number; readonly latency: number } {
    const everyEdge = Math.min(...this.edges.map(({ test }) => test.goodEnough));
    return {
      errors: Math.max(this.errors.goodEnough, this.errorObjective.goodEnough),
      latency: Math.max(everyEdge, this.fastEnough.goodEnough),
    };
  }

  private failureNow(): Failure | undefined {
    const by = this.config.mayFail.find((speaker) => this.evidence(speaker) >= this.bound && this.matters(speaker));
    return by && { by, atSeconds: this.seconds, evidence: this.evidence(by) };
  }

  private matters(speaker: Speaker): boolean {
    if (speaker === "errors") return this.errors.matters;
    return speaker !== "latency" || this.clearestEdge?.test.matters === true;
  }
}

export interface Failure {
  readonly by: Speaker;
  /** From the first slice on, at the end of the slice that gave the evidence. */
  readonly atSeconds: number;
  readonly evidence: number;
}

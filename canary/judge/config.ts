import type { Objective } from "../slo/objective.ts";
import type { Limits } from "./difference.ts";

/** Who may speak: a difference to the stable side, or the canary's own objective; by errors or by latency. */
export const speakers = ["errors", "latency", "error objective", "latency objective"] as const;
export type Speaker = (typeof speakers)[number];

/** Upper edges of a histogram's buckets in milliseconds, rising, as Envoy has them for the requests of an upstream. */
export const envoyEdges: readonly number[] = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

/** Those that are worth reading for an objective: edges far above it are not compared, and each is a series for every caller. */
export function edgesFor(p95Milliseconds: number): readonly number[] {
  const enough = envoyEdges.find((edge) => edge >= 4 * p95Milliseconds) ?? Number.POSITIVE_INFINITY;
  return envoyEdges.filter((edge) => edge <= enough);
}

export interface JudgeConfig {
  /** Chance that a canary which is within all limits is failed, in the whole release, however often one looks; between 0 and 0.5; 0.01. */
  readonly alpha: number;
  /** Chance that a canary which is at a limit that a pass excludes passes by that test; between 0 and 0.5; 0.05. */
  readonly beta: number;
  /** Who may fail a release; they share alpha in equal parts. Default: errors and latency. With nobody the judge only informs. */
  readonly mayFail: readonly Speaker[];
  /** Largest factor by which one slice may multiply the evidence of a bet, above 1; 20. No slice decides alone. */
  readonly cut: number;
  /** Defaults: tolerance 1.1, worse 2, floor 0.1 points. */
  readonly errors: Limits;
  /** Defaults: tolerance 1.1, worse 2, floor 1 point; for the share of requests that are slower than an edge. */
  readonly latency: Limits & {
    /** Upper edges of the histogram's buckets in milliseconds, rising; those of Envoy. */
    readonly edges: readonly number[];
    /** Edges below this are not compared, in milliseconds: differences there are real, and do not matter; 20. */
    readonly floorMilliseconds: number;
    /** Seconds from the canary's first request on whose latency is left out: cold caches; 10. Errors count from the first request on. */
    readonly warmUpSeconds: number;
  };
  readonly objective: Pick<Objective, "errorRate" | "p95Milliseconds">;
}

/** What a release may set, beside its objective. */
export type JudgeSettings = Pick<JudgeConfig, "alpha" | "beta" | "mayFail" | "errors"> & {
  readonly latency: Omit<JudgeConfig["latency"], "edges">;
};

/** What may be given; the rest has the defaults that are named at {@link JudgeConfig}. */
export type JudgeOptions = Partial<Omit<JudgeConfig, "errors" | "latency">> & {
  readonly errors?: Partial<JudgeConfig["errors"]>;
  readonly latency?: Partial<JudgeConfig["latency"]>;
};

export const judgeDefaults: JudgeConfig = {
  alpha: 0.01,
  beta: 0.05,
  mayFail: ["errors", "latency"],
  cut: 20,
  errors: { tolerance: 1.1, worse: 2, floorPoints: 0.1 },
  latency: { tolerance: 1.1, worse: 2, floorPoints: 1, edges: envoyEdges, floorMilliseconds: 20, warmUpSeconds: 10 },
  objective: { errorRate: 0.01, p95Milliseconds: 250 },
};

/** What a release is judged by, wherever it is: its objective and its settings, with the edges that are worth reading. */
export function optionsFor({
  objective,
  judge,
}: {
  readonly objective: JudgeConfig["objective"];
  readonly judge: JudgeSettings;
}) {
  const { errorRate, p95Milliseconds } = objective;
  return {
    ...judge,
    objective: { errorRate, p95Milliseconds },
    latency: { ...judge.latency, edges: edgesFor(p95Milliseconds) },
  } satisfies JudgeOptions;
}

/** @throws RangeError that names each value which is not allowed, where it is, and what is allowed there */
export function judgeConfig(options: JudgeOptions = {}): JudgeConfig {
  const config: JudgeConfig = {
    ...judgeDefaults,
    ...options,
    errors: { ...judgeDefaults.errors, ...options.errors },
    latency: { ...judgeDefaults.latency, ...options.latency },
  };
  const faults = faultsOf(config);
  if (faults.length > 0) throw new RangeError(`The judge cannot work with this:\n  - ${faults.join("\n  - ")}`);
  return config;
}

function faultsOf(config: JudgeConfig): readonly string[] {
  const { alpha, beta, mayFail, cut, errors, latency, objective } = config;
  const { edges, floorMilliseconds, warmUpSeconds } = latency;
  const { errorRate, p95Milliseconds } = objective;
  const [first = Number.NaN] = edges;
  const last = edges.at(-1) ?? Number.NaN;
  const rising = edges.every((edge, index) => edge > (edges[index - 1] ?? 0)) && Number.isFinite(last);
  return [
    within("alpha", alpha, alpha > 0 && alpha < 0.5, "between 0 and 0.5"),
    within("beta", beta, beta > 0 && beta < 0.5, "between 0 and 0.5"),
    within("mayFail", mayFail.join(", "), mayFail.every(isSpeaker), `any of ${speakers.join(", ")}`),
    within("mayFail", mayFail.join(", "), new Set(mayFail).size === mayFail.length, "each of them once"),
    within("cut", cut, cut > 1, "above 1"),
    ...limitFaults("errors", errors),
    ...limitFaults("latency", latency),
    within("latency.edges", edges.join(", "), rising, "at least one edge, in milliseconds, rising from above 0"),
    within(
      "latency.floorMilliseconds",
      floorMilliseconds,
      floorMilliseconds >= 0 && floorMilliseconds <= last,
      `0 to ${last}, the last edge`,
    ),
    within("latency.warmUpSeconds", warmUpSeconds, warmUpSeconds >= 0 && Number.isFinite(warmUpSeconds), "0 or more"),
    within(
      "objective.errorRate",
      errorRate,
      errorRate > 0 && errorRate < 1,
      "between 0 and 1, for no number of requests shows that none ever fails",
    ),
    within(
      "objective.p95Milliseconds",
      p95Milliseconds,
      p95Milliseconds >= first && p95Milliseconds <= last,
      `${first} to ${last}, for the histogram shows nothing outside of its edges`,
    ),
  ].flat();
}

const isSpeaker = (name: string): name is Speaker => speakers.some((speaker) => speaker === name);

const within = (key: string, value: string | number, good: boolean, allowed: string): readonly string[] =>
  good ? [] : [`${key} is ${value}; allowed: ${allowed}`];

const limitFaults = (name: string, { tolerance, worse, floorPoints }: Limits): readonly string[] =>
  [
    within(`${name}.tolerance`, tolerance, tolerance >= 1 && tolerance <= mostFactor, `1 to ${mostFactor}`),
    within(
      `${name}.worse`,
      worse,
      worse > tolerance && worse <= mostFactor,
      `above the tolerance of ${tolerance}, to ${mostFactor}`,
    ),
    within(`${name}.floorPoints`, floorPoints, floorPoints >= 0 && floorPoints <= 100, "0 to 100"),
  ].flat();

/** Odds ratios above this are not told apart from it. */
export const mostFactor = 1000;

import type { JudgeConfig } from "./config.ts";
import type { Judge } from "./judge.ts";
import { lately, type Slice } from "./slice.ts";

/** What a pass still needs if the canary goes on as it did. */
export interface Missing {
  /** Requests to the canary; undefined where what was seen so far does not lead to a pass. */
  readonly requests: number | undefined;
  /** Seconds at the present rate; undefined where requests are, or where no request reaches the canary now. */
  readonly seconds: number | undefined;
}

/** The present rate is that of these last seconds. */
const presentSeconds = 30;

/** Nobody waits for more than so many times of what was seen. */
const mostTimes = 1e6;

/** What was seen of a release so far. */
interface Seen {
  /** Requests to the canary. */
  readonly requests: number;
  /** Those of them whose latency was recorded; undefined where nobody's was. */
  readonly timed: number | undefined;
  /** In each of the last seconds. */
  readonly requestsPerSecond: number;
}

export function missingToPass(judge: Judge, { requests: seen, timed, requestsPerSecond: rate }: Seen): Missing {
  const { errors, errorObjective, edges, fastEnough, passBound } = judge;
  const measured = timed !== undefined;
  const timesFor = (ways: readonly ((times: number) => number)[]) =>
    Math.min(...ways.map((way) => timesUntil(way, passBound)));
  const everyEdge = (times: number) => Math.min(...edges.map(({ test }) => test.goodEnoughAfter(times)));
  const times = Math.max(
    timesFor([(n) => errors.goodEnoughAfter(n), (n) => errorObjective.goodEnoughAfter(n)]),
    measured ? timesFor([everyEdge, (n) => fastEnough.goodEnoughAfter(n)]) : 1,
  );
  const inSight = seen > 0 && timed !== 0 && times < mostTimes;
  const requests = inSight ? Math.ceil((times - 1) * seen - 1e-6) : undefined;
  return { requests, seconds: requests === undefined || rate === 0 ? undefined : requests / rate };
}

/**
 * Requests after which a canary without any error passes: the first power of the share that may succeed that is below beta. Its latency may
 * need more.
 */
export const requestsToPass = ({ beta, objective }: Pick<JudgeConfig, "beta" | "objective">): number =>
  Math.ceil(Math.log(beta) / Math.log1p(-objective.errorRate));

/** So many times of what was seen are needed until the evidence reaches the bound: at least 1, Infinity where it does not. */
function timesUntil(evidenceAfter: (times: number) => number, bound: number): number {
  if (evidenceAfter(1) >= bound) return 1;
  let [low, high] = [1, mostTimes];
  if (evidenceAfter(high) < bound) return Number.POSITIVE_INFINITY;
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (evidenceAfter(middle) >= bound) high = middle;
    else low = middle;
  }
  return high;
}

/** Requests of the canary in a second, over the last slices. */
export function presentRate(slices: readonly Slice[]): number {
  const { canary, seconds } = lately(slices, presentSeconds);
  return seconds === 0 ? 0 : canary / seconds;
}

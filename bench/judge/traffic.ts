import type { Table } from "../../canary/judge/counts.ts";

/** Random numbers that are the same in each run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A simulated release: what is true, second by second. */
export interface Scenario {
  readonly name: string;
  /** Requests of both sides in a second. */
  readonly rate: number;
  /** The canary's share of them, 0..1. */
  readonly share: number;
  /** Error rates of both sides, 0..1. */
  readonly stable: number;
  readonly canary: number;
  /** Added to both at a second, 0..1. */
  readonly shared?: (second: number) => number;
  /** Load at a second, of what `rate` says. */
  readonly load?: (second: number) => number;
  /** Chance of a second in which one sticky client has 50 failures, all on one side. */
  readonly burst?: number;
}

/** One second of a release. */
export function drawSecond(scenario: Scenario, second: number, random: () => number): Table {
  const requests = scenario.rate * (scenario.load?.(second) ?? 1);
  const more = scenario.shared?.(second) ?? 0;
  const side = (share: number, errors: number) => {
    const all = poisson(requests * share, random);
    return { requests: all, bad: binomial(all, Math.min(1, errors + more), random) };
  };
  const canary = side(scenario.share, scenario.canary);
  const stable = side(1 - scenario.share, scenario.stable);
  if (random() >= (scenario.burst ?? 0)) return { canary, stable };
  const hit = random() < scenario.share ? canary : stable;
  hit.requests += 50;
  hit.bad += 50;
  return { canary, stable };
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** By the normal distribution above a mean of 50, else exactly. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count += 1;
  return count;
}

/** By the gaps between successes where they are rare, which is exact, and by the normal distribution where there are many. */
function binomial(trials: number, chance: number, random: () => number): number {
  if (chance <= 0) return 0;
  if (chance >= 1) return trials;
  const variance = trials * chance * (1 - chance);
  if (variance > 50)
    return Math.min(trials, Math.max(0, Math.round(trials * chance + Math.sqrt(variance) * normal(random))));
  let count = 0;
  for (let at = gap(chance, random); at <= trials; at += gap(chance, random)) count += 1;
  return count;
}

const gap = (chance: number, random: () => number) => 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-chance));

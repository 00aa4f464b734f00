import { setTimeout as sleep } from "node:timers/promises";
import type { LoadSummary } from "../../../apps/versioned-echo/src/load-summary.ts";
import { canaryctl } from "./lab.ts";
import { sendLoad } from "./traffic.ts";

/** What ten flips under load did; counts are sums over the whole load. */
export interface FlipReport {
  /** How many commands moved the weight. */
  readonly moves: number;
  readonly sent: number;
  readonly failed: number;
  /** Failures by their code, and answers by their status. */
  readonly errors: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, number>>;
  /** Requests per second, over the time in which the weight moved. */
  readonly rate: number;
}

/** Two loads of 250 requests per second each take turns in starting anew, so that there is never a moment without one. */
const lanes = 2;
const load = { requests: 5000, rate: 250 } as const;

/**
 * Moves the weight from 0 to 100 and back, ten times, while a pod sends 500 requests per second from before the first move until
 * after the last. @throws Error where a command fails
 */
export async function flipUnderLoad(): Promise<FlipReport> {
  let isMoving = true;
  const summaries: LoadSummary[] = [];
  const began = performance.now();
  const sending = Array.from({ length: lanes }, async (_, lane) => {
    await sleep((lane * 1000 * load.requests) / load.rate / lanes);
    while (isMoving) summaries.push(await sendLoad(load));
  });
  await sleep(2000); // kubectl takes a moment to start the first one
  let moves = 0;
  try {
    for (; moves < 20; moves++) {
      const weight = moves % 2 === 0 ? 100 : 0;
      const outcome = await canaryctl("set-traffic", String(100 - weight), String(weight));
      if (outcome.exitCode !== 0) throw new Error(`Move ${moves + 1} to ${weight} failed:\n${outcome.output}`);
    }
  } finally {
    isMoving = false;
    await Promise.all(sending);
  }
  const sum = (count: (summary: LoadSummary) => number) =>
    summaries.reduce((total, summary) => total + count(summary), 0);
  return {
    moves,
    sent: sum(({ sent }) => sent),
    failed: sum(({ failed }) => failed),
    errors: addUp(summaries.map(({ errors }) => errors)),
    statuses: addUp(summaries.map(({ statuses }) => statuses)),
    versions: addUp(summaries.map(({ versions }) => versions)),
    rate: sum(({ sent }) => sent) / ((performance.now() - began) / 1000),
  };
}

/** Adds counts by their keys. */
export function addUp(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [key, value] of Object.entries(part)) total[key] = (total[key] ?? 0) + value;
  return total;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
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

/** One load after the other, each of twenty seconds: a longer one would keep more answers than the client pod has memory for. */
const load = { requests: 10_000, rate: 500 } as const;

/**
 * Moves the weight from 0 to 100 and back, ten times, while a pod sends 500 requests per second from before the first move until
 * after the last. @throws Error where a command fails
 */
export async function flipUnderLoad(): Promise<FlipReport> {
  let isMoving = true;
  const summaries: LoadSummary[] = [];
  const began = performance.now();
  const send = async () => {
    while (isMoving) summaries.push(await sendLoad(load));
  };
  const sending = send();
  sending.catch(() => {}); // it is awaited below, when the moves have ended
  await sleep(2000); // kubectl takes a moment to start the load
  let moves = 0;
  try {
    for (; moves < 20; moves++) {
      const weight = moves % 2 === 0 ? 100 : 0;
      const outcome = await canaryctl("set-traffic", String(100 - weight), String(weight));
      if (outcome.exitCode !== 0) throw new Error(`Move ${moves + 1} to ${weight} failed:\n${outcome.output}`);
      await sleep(1000); // set-traffic raises the weight as its last act and lowers it as its first: each side must get its time
    }
  } finally {
    isMoving = false;
    await sending;
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

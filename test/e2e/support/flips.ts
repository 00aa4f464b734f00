import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import { canaryctl } from "./lab.ts";
import { startSteadyLoad } from "./traffic.ts";

/** What ten flips under load did; counts are sums over the whole load. */
interface FlipReport {
  /** How many commands moved the weight. */
  readonly moves: number;
  readonly sent: number;
  readonly failed: number;
  /** Failures by their code, and answers by their status. */
  readonly errors: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, number>>;
  /** Requests per second, over the time in which the weight moved; more than asked for where one load takes over from another. */
  readonly rate: number;
}

/** Requests per second. */
const rate = 500;

/** After so many moves the next load takes over: a longer one would keep more answers than the client pod has memory for. */
const movesOfLoad = 5;

/**
 * Moves the weight from 0 to 100 and back, ten times, while a pod sends 500 requests per second from before the first move until
 * after the last. @throws Error where a command fails
 */
export async function flipUnderLoad(): Promise<FlipReport> {
  const summaries: LoadSummary[] = [];
  let load = await startSteadyLoad({ rate });
  const began = performance.now();
  let moves = 0;
  try {
    for (; moves < 20; moves++) {
      if (moves > 0 && moves % movesOfLoad === 0) {
        const next = await startSteadyLoad({ rate });
        summaries.push(await load.stop());
        load = next;
      }
      const weight = moves % 2 === 0 ? 100 : 0;
      const outcome = await canaryctl("set-traffic", String(100 - weight), String(weight));
      if (outcome.exitCode !== 0) throw new Error(`Move ${moves + 1} to ${weight} failed:\n${outcome.output}`);
    }
  } finally {
    summaries.push(await load.stop());
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
function addUp(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [key, value] of Object.entries(part)) total[key] = (total[key] ?? 0) + value;
  return total;
}

import type { LoadSummary } from "../../../apps/versioned-echo/src/load-summary.ts";
import { canaryctl } from "./lab.ts";
import { startLoad } from "./traffic.ts";

/** What ten flips under load did. */
export interface FlipReport {
  readonly load: LoadSummary;
  /** How many commands moved the weight. */
  readonly moves: number;
  /** Unix milliseconds when the last of them ended. */
  readonly lastMove: number;
  /** Unix milliseconds before which all load had been sent. */
  readonly loadEnded: number;
}

const rate = 500;

/**
 * Moves the weight from 0 to 100 and back, ten times, while a pod sends 500 requests per second for as long as the moves should
 * take: ninety seconds, which is 4.5 for each. @throws Error where a command fails
 */
export async function flipUnderLoad(): Promise<FlipReport> {
  const { report } = await startLoad({ requests: 90 * rate, rate });
  const ended = report.then(() => Date.now());
  let moves = 0;
  for (let flip = 0; flip < 10; flip++) {
    for (const weight of [100, 0]) {
      const outcome = await canaryctl("set-traffic", String(100 - weight), String(weight));
      if (outcome.exitCode !== 0) throw new Error(`Flip ${flip + 1} failed:\n${outcome.output}`);
      moves += 1;
    }
  }
  const lastMove = Date.now();
  return { load: await report, moves, lastMove, loadEnded: await ended };
}

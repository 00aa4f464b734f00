import { mostRequests } from "../counts.ts";
import { keyOf, type Labels, type Series } from "./matrix.ts";

/** After so many seconds without a reading the counts are no longer those of one stretch of time. Prometheus looks as far back. */
export const longestGapSeconds = 300;

/** What the counters of one caller grew by from one reading to the next; one that is not here did not grow. */
export interface Growth {
  readonly seconds: number;
  readonly by: readonly { readonly labels: Labels; readonly count: number }[];
}

/**
 * The counters of one caller from reading to reading. What a counter had at the first reading is its history and counts for nothing.
 *
 * - A counter that appears later was 0 before: a proxy has no counter of errors until there is one, and so its first ones count.
 * - A counter that went back means a restart: what the others counted before and after it cannot be told, so all of them begin anew.
 * - A reading that failed makes the next growth that of both, up to {@link longestGapSeconds}; beyond, all begin anew.
 */
export class Caller {
  private readonly last = new Map<string, number>();
  private lastSeconds: number | undefined;

  /** @param series of this caller alone, from after the readings before */
  read(series: readonly Series[]): readonly Growth[] {
    const counters = series.map(({ metric, values }) => ({ labels: metric, key: keyOf(metric), values, at: 0 }));
    const growths: Growth[] = [];
    for (const seconds of timesOf(series)) {
      const readings: { labels: Labels; key: string; value: number; count: number }[] = [];
      for (const counter of counters) {
        const { labels, key, values, at } = counter;
        const [time, text] = values[at] ?? [];
        if (time !== seconds) continue;
        counter.at += 1;
        const value = Math.round(Number(text));
        // What is not a number was not read.
        if (Number.isFinite(value)) readings.push({ labels, key, value, count: value - (this.last.get(key) ?? 0) });
      }
      if (readings.length === 0 || (this.lastSeconds !== undefined && seconds <= this.lastSeconds)) continue;
      const continues = this.lastSeconds !== undefined && seconds - this.lastSeconds <= longestGapSeconds;
      if (continues && readings.every(({ count }) => count >= 0 && count <= mostRequests))
        growths.push({ seconds, by: readings.filter(({ count }) => count > 0) });
      else this.last.clear();
      for (const { key, value } of readings) this.last.set(key, value);
      this.lastSeconds = seconds;
    }
    return growths;
  }
}

function timesOf(series: readonly Series[]): readonly number[] {
  const times = new Set<number>();
  for (const { values } of series) for (const [seconds] of values) times.add(seconds);
  return [...times].sort((a, b) => a - b);
}

import { readFileSync } from "node:fs";
import { writePrivateFile } from "./private-files.ts";

/** Seconds that each stage took last time, by its name. */
export type Durations = Readonly<Record<string, number>>;

/** What {@link keepDuration} has kept in a file; empty before the first run, and where the file cannot be read. */
export function readDurations(file: string): Durations {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {}; // durations are only shown: a damaged file is no reason to stop
  }
}

/** Keeps a duration for next time. The file is read again each time: stages that run side by side write to it as well. */
export function keepDuration(file: string, stage: string, seconds: number): void {
  const all = { ...readDurations(file), [stage]: Number(seconds.toFixed(1)) };
  writePrivateFile(file, `${JSON.stringify(all, null, 2)}\n`);
}

/** A duration for a reader: `4.2 s`, `1 min 32 s`. */
export function renderDuration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

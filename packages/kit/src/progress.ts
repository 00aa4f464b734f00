import { readFileSync } from "node:fs";
import { inLab } from "../../../cluster/lab-folder.ts";
import { writePrivateFile } from "./private-files.ts";

/** How long a stage took; `seconds` is wall time. */
export interface StageTime {
  readonly stage: string;
  readonly seconds: number;
}

/** Tells the user what is being done, how long it has taken and how long it took last time. */
export interface Progress {
  /** Runs `work` as a named stage; the name is stable from run to run, for it keys the duration of last time. */
  stage<T>(name: string, work: (note: (detail: string) => void) => Promise<T>): Promise<T>;
  /** A line that belongs to no stage. */
  say(line: string): void;
}

const durationsFile = () => inLab("durations.json");

function lastDurations(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(durationsFile(), "utf8"));
  } catch {
    return {}; // first run, or a file that is not worth stopping for
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/**
 * Progress as plain lines, fit for a terminal and for a log: one when a stage starts, one every `beatMilliseconds` while it
 * runs, one when it ends. Stages may run side by side.
 */
export class LineProgress implements Progress {
  readonly times: StageTime[] = [];
  readonly #write: (line: string) => void;
  readonly #beatMilliseconds: number;
  readonly #last = lastDurations();

  constructor(write: (line: string) => void = (line) => console.error(line), beatMilliseconds = 15_000) {
    this.#write = write;
    this.#beatMilliseconds = beatMilliseconds;
  }

  say(line: string): void {
    this.#write(line);
  }

  async stage<T>(name: string, work: (note: (detail: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    const expected = this.#last[name];
    const last = expected === undefined ? "" : ` (last time ${seconds(expected * 1000)})`;
    let detail = "";
    this.#write(`▶ ${name}${last}`);
    const beat = setInterval(() => {
      this.#write(`… ${name}: ${seconds(performance.now() - started)}${last}${detail && ` · ${detail}`}`);
    }, this.#beatMilliseconds);
    beat.unref();
    try {
      const result = await work((text) => {
        detail = text;
      });
      const took = (performance.now() - started) / 1000;
      this.times.push({ stage: name, seconds: took });
      // Read again: another stage that runs side by side may have written since.
      writePrivateFile(
        durationsFile(),
        `${JSON.stringify({ ...lastDurations(), [name]: Number(took.toFixed(1)) }, null, 2)}\n`,
      );
      this.#write(`✔ ${name} ${seconds(took * 1000)}`);
      return result;
    } catch (error) {
      this.#write(`✘ ${name} after ${seconds(performance.now() - started)}`);
      throw error;
    } finally {
      clearInterval(beat);
    }
  }
}

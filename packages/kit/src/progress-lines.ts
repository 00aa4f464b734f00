import type { Display, RunningStage } from "./progress.ts";
import { cut, renderEnded, renderRunning } from "./progress-render.ts";

/** When a stage is announced, and how often it is heard of: most stages are over before, and have one line. In milliseconds. */
export interface LineTimes {
  readonly announce: number;
  readonly beat: number;
}

const longestLine = 160;

/**
 * Progress as plain lines, for a log: one when a stage ends; before that one when it has run for `announce`, and one each `beat`
 * while it runs.
 */
export class LineDisplay implements Display {
  readonly #write: (line: string) => void;
  readonly #times: LineTimes;
  readonly #timers = new Map<RunningStage, readonly NodeJS.Timeout[]>();
  #isClosed = false;

  constructor(write: (line: string) => void, times: LineTimes = { announce: 5_000, beat: 60_000 }) {
    this.#write = write;
    this.#times = times;
  }

  started(stage: RunningStage): void {
    if (this.#isClosed) return;
    const show = (mark: string) => this.#write(cut(`${mark} ${renderRunning(stage, performance.now())}`, longestLine));
    const { announce, beat } = this.#times;
    const timers = [setTimeout(show, announce, "▶"), setInterval(show, beat, "…")];
    for (const timer of timers) timer.unref();
    this.#timers.set(stage, timers);
  }

  ended(stage: RunningStage, seconds: number, isFailed: boolean): void {
    this.#stop(stage);
    if (!this.#isClosed) this.#write(renderEnded(stage, seconds, isFailed));
  }

  say(line: string): void {
    if (!this.#isClosed) this.#write(line);
  }

  close(): void {
    this.#isClosed = true;
    for (const stage of this.#timers.keys()) this.#stop(stage);
  }

  #stop(stage: RunningStage): void {
    for (const timer of this.#timers.get(stage) ?? []) clearTimeout(timer);
    this.#timers.delete(stage);
  }
}

import { type Durations, keepDuration, readDurations } from "./durations.ts";
import { LineDisplay } from "./progress-lines.ts";
import type { Terminal } from "./progress-live.ts";

/** How long a stage took; `seconds` is wall time. */
export interface StageTime {
  readonly stage: string;
  readonly seconds: number;
}

/** Tells the user what is being done, how long it has taken and how long it took last time. */
export interface Progress {
  /**
   * Runs `work` as a named stage; the name is stable from run to run, for it keys the duration of last time.
   *
   * @param usual seconds that it takes on two cores, shown where no earlier run on this machine says
   */
  stage<T>(name: string, work: (note: (detail: string) => void) => Promise<T>, usual?: number): Promise<T>;
  /** A line that belongs to no stage. */
  say(line: string): void;
}

/** A stage that is being run. */
export interface RunningStage {
  readonly name: string;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** Seconds that it took last time, or usually takes. */
  readonly expected: number | undefined;
  /** What is being done at the moment; empty where the stage does not say. */
  detail: string;
}

/** How progress is shown. Stages run side by side. */
export interface Display {
  started(stage: RunningStage): void;
  ended(stage: RunningStage, seconds: number, isFailed: boolean): void;
  say(line: string): void;
  /** Ends the showing; what is called afterwards is ignored. */
  close(): void;
}

export interface ProgressOptions {
  /** File that keeps how long each stage took; without it nothing is kept. */
  readonly durations?: string;
  /** Makes a line of {@link Progress.say} what is written. */
  readonly rewrite?: (line: string) => string;
  readonly terminal?: Terminal;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Progress on standard error: one live block on a terminal, plain lines elsewhere. {@link Stages.close} must be called at the end,
 * before anything else is written to the terminal.
 */
export async function createProgress({
  durations,
  rewrite,
  terminal = process.stderr,
  environment = process.env,
}: ProgressOptions = {}): Promise<Stages> {
  if (!isLive(terminal, environment)) {
    return new Stages(new LineDisplay((line) => terminal.write(`${line}\n`)), durations, rewrite);
  }
  const { LiveDisplay } = await import("./progress-live.ts"); // 20 ms, which a command without a block need not wait for
  return new Stages(new LiveDisplay(terminal), durations, rewrite);
}

/** Runs work with {@link createProgress}; what is printed afterwards, errors too, stands below it. */
export async function withProgress<T>(options: ProgressOptions, work: (progress: Stages) => Promise<T>): Promise<T> {
  const progress = await createProgress(options);
  try {
    return await work(progress);
  } finally {
    progress.close();
  }
}

/** Whether lines can be written over: CI systems keep each version of a line, and a dumb terminal cannot move its cursor. */
export const isLive = ({ isTTY }: Terminal, { CI, TERM }: NodeJS.ProcessEnv): boolean =>
  isTTY === true && TERM !== "dumb" && (CI === undefined || CI === "" || CI === "false");

/** Runs stages, shows them, and keeps how long they took. */
export class Stages implements Progress {
  /** Stages that have ended well, in that order. */
  readonly times: StageTime[] = [];
  readonly #display: Display;
  readonly #file: string | undefined;
  readonly #last: Durations;
  readonly #rewrite: (line: string) => string;

  constructor(display: Display, durations?: string, rewrite = (line: string): string => line) {
    this.#rewrite = rewrite;
    this.#display = display;
    this.#file = durations;
    this.#last = durations === undefined ? {} : readDurations(durations);
  }

  say(line: string): void {
    this.#display.say(this.#rewrite(line));
  }

  async stage<T>(name: string, work: (note: (detail: string) => void) => Promise<T>, usual?: number): Promise<T> {
    const expected = this.#last[name] ?? usual;
    const stage: RunningStage = { name, startedAt: performance.now(), expected, detail: "" };
    const seconds = () => (performance.now() - stage.startedAt) / 1000;
    this.#display.started(stage);
    try {
      const result = await work((detail) => {
        stage.detail = detail;
      });
      this.times.push({ stage: name, seconds: seconds() });
      if (this.#file !== undefined) keepDuration(this.#file, name, seconds());
      this.#display.ended(stage, seconds(), false);
      return result;
    } catch (error) {
      this.#display.ended(stage, seconds(), true);
      throw error;
    }
  }

  close(): void {
    this.#display.close();
  }
}

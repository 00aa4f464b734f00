import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { Display, RunningStage } from "./progress.ts";
import { renderBlock, renderEnded } from "./progress-render.ts";

/** The part of a terminal's stream that is used here. */
export type Terminal = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows" | "write" | "on" | "off">;

/** How often the times in the block move on: seldom enough to cost nothing beside a build. */
const tickMilliseconds = 500;

/**
 * Progress on a terminal: the stages that run are one block at its end, drawn over and over; a stage that has ended, and
 * whatever else is said, stays above it as one line. The cursor is hidden meanwhile, and comes back however the process ends.
 */
export class LiveDisplay implements Display {
  readonly #terminal: Terminal;
  readonly #update: ReturnType<typeof createLogUpdate>;
  readonly #running = new Set<RunningStage>();
  #tick: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#update = createLogUpdate(terminal as NodeJS.WriteStream);
  }

  started(stage: RunningStage): void {
    if (this.#isClosed) return;
    this.#running.add(stage);
    if (this.#tick === undefined) {
      this.#tick = setInterval(this.#draw, tickMilliseconds);
      this.#tick.unref();
      this.#terminal.on("resize", this.#draw);
    }
    this.#draw();
  }

  ended(stage: RunningStage, seconds: number, isFailed: boolean): void {
    this.#running.delete(stage);
    const line = renderEnded(stage, seconds, isFailed);
    this.say(this.#style(isFailed ? "red" : "green", line.slice(0, 1)) + line.slice(1));
    if (this.#running.size === 0) this.#stop();
  }

  say(line: string): void {
    if (this.#isClosed) return;
    this.#update.clear();
    this.#terminal.write(`${line}\n`);
    this.#draw();
  }

  close(): void {
    this.#running.clear();
    this.#stop();
    this.#isClosed = true;
  }

  /** Takes the block away, and gives the cursor back. */
  #stop(): void {
    if (this.#tick === undefined) return;
    clearInterval(this.#tick);
    this.#tick = undefined;
    this.#terminal.off("resize", this.#draw);
    this.#update.clear();
    this.#update.done();
  }

  readonly #draw = (): void => {
    if (this.#isClosed || this.#running.size === 0) return;
    const { columns = 80, rows = 24 } = this.#terminal;
    const lines = renderBlock([...this.#running], performance.now(), { columns, rows });
    this.#update(lines.map((line) => this.#style("cyan", line.slice(0, 1)) + line.slice(1)).join("\n"));
  };

  /** Colours where the terminal has them and the user wants them (NO_COLOR). */
  #style(colour: "red" | "green" | "cyan", text: string): string {
    return styleText(colour, text, { stream: this.#terminal as NodeJS.WriteStream });
  }
}

import { createLogUpdate } from "log-update";
import type { Terminal } from "./progress-live.ts";

/** A block of lines at the end of a terminal's output, drawn over and over. */
export interface LiveBlock {
  draw(lines: readonly string[]): void;
  /** Leaves the block as it was drawn last, and gives the cursor back. */
  end(): void;
}

export function createLiveBlock(terminal: Terminal): LiveBlock {
  const update = createLogUpdate(terminal as NodeJS.WriteStream);
  return { draw: (lines) => update(lines.join("\n")), end: () => update.done() };
}

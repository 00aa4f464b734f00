import type { UpdateView } from "./engine/events.ts";
import { Mask } from "./mask.ts";
import { printable } from "./this-stack.ts";

/** Lines of a table whose columns are as wide as they must be. */
export function table(rows: readonly (readonly string[])[], indent = "  "): readonly string[] {
  const widths: number[] = [];
  // A cell with nothing beside it may be as long as it likes.
  for (const row of rows)
    for (const [column, cell] of row.entries())
      if (row.length > 1) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) => (indent + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).trimEnd());
}

/** What a command is for: it goes to standard output, whole, so that it can be piped. What happens on the way goes to standard error. */
export const print = (lines: readonly string[]): void => console.log(printable(lines.join("\n")));

export const say = (line: string): void => console.error(forLog(line));

const mask = new Mask();

/**
 * A text for standard error, which a CI system keeps: what is a secret by its form does not stand in it. Others have written parts of it:
 * a registry, a cluster, the engine.
 */
export const forLog = (text: string): string => mask.text(printable(text));

/** Shows the engine's work, set apart from canaryctl's own words. */
export const engineView = (say: (line: string) => void, note?: (detail: string) => void): UpdateView => ({
  say: (line) => say(`  │ ${line}`),
  ...(note && { note }),
});

/** The time of day on a line that stands for a moment: in UTC, as everything that is recorded is. */
export const clockTime = (at: Date): string => `${at.toISOString().slice(11, 19)}Z`;

export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

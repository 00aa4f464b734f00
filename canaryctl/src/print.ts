import { printable } from "./this-stack.ts";

/** Lines of a table whose columns are as wide as they must be. */
export function table(rows: readonly (readonly string[])[], indent = "  "): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) => (indent + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).trimEnd());
}

/** What a command is for: it goes to standard output, whole, so that it can be piped. What happens on the way goes to standard error. */
export const print = (lines: readonly string[]): void => console.log(printable(lines.join("\n")));

export const say = (line: string): void => console.error(printable(line));

/** How many resources are named when they have been changed; a new lab has dozens, and the engine counts them at its end. */
const mostResources = 10;

/**
 * A sink for the engine's lines, set apart from canaryctl's own: the first resources that have been changed, and everything that is
 * no progress. What goes on meanwhile goes to `note`, where there is one.
 */
export const showLines = (say: (line: string) => void, note?: (detail: string) => void): ((line: string) => void) => {
  const ended = new Set<string>();
  const show = (line: string) => say(`  │ ${line}`);
  return (line) => {
    const [, resource, meanwhile] = /^ [ +~-]*\s*(\S+ \S+ \w+ing) \(\d+s\)\s*(.*)$/.exec(line) ?? [];
    if (resource !== undefined) {
      note?.(`${ended.size > 0 ? `${ended.size} resources done, ` : ""}${resource} ${meanwhile}`.trimEnd());
      return;
    }
    // An end can be told twice, the second time with the last thing that the resource said.
    const [, end] = /^( [ +~-]*\s*\S+ \S+ \w+ed \([\d.]+s\))/.exec(line) ?? [];
    if (end !== undefined) {
      if (ended.has(end)) return;
      ended.add(end);
      if (ended.size <= mostResources) show(end);
      return;
    }
    if (/^Resources:/.test(line) && ended.size > mostResources) show("…");
    if (!/^Duration:/.test(line)) show(line.trimEnd());
  };
};

/** The end of a help text. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;

export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

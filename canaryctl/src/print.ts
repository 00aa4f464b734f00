/** Lines of a table whose columns are as wide as they must be. */
export function table(rows: readonly (readonly string[])[], indent = "  "): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) => (indent + row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).trimEnd());
}

/** What a command is for: it goes to standard output, whole, so that it can be piped. What happens on the way goes to standard error. */
export const print = (lines: readonly string[]): void => console.log(lines.join("\n"));

export const say = (line: string): void => console.error(line);

/**
 * A sink for the engine's lines: what has ended is shown, set apart from canaryctl's own; what goes on meanwhile goes to `note`, where
 * there is one. The engine repeats in full what matters of it.
 */
export const showLines = (say: (line: string) => void, note?: (detail: string) => void): ((line: string) => void) => {
  const shown = new Set<string>();
  return (line) => {
    const [, resource, meanwhile] = /^ [ +~-]*\s*(\S+ \S+ \w+ing) \(\d+s\)\s*(.*)$/.exec(line) ?? [];
    if (resource !== undefined) note?.(`${resource} ${meanwhile}`.trimEnd());
    // An end can be told twice, the second time with the last thing that the resource said.
    const end = line.replace(/^( [ +~-]*\s*\S+ \S+ \w+ed \([\d.]+s\)).*$/, "$1").trimEnd();
    if (resource !== undefined || shown.has(end)) return;
    if (end !== line.trimEnd() || /^ .* \w+ed \(/.test(end)) shown.add(end);
    say(`  │ ${end}`);
  };
};

/** The end of a help text. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;

export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

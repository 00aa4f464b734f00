/** The errors that a command of the engine printed and did not report as events: each stands at the margin. */
export const errorsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => /^error: (.*\S)/.exec(line)?.[1] ?? [])),
];

/** The errors of an engine that failed, or else the last lines that it printed. */
export function wordsOf(lines: readonly string[]): readonly string[] {
  const errors = errorsIn(lines);
  return errors.length > 0 ? errors : lines.slice(-10);
}

/** The errors that a command of the engine printed and did not report as events: each stands at the margin. */
export const errorsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => /^error: (.*\S)/.exec(line)?.[1] ?? [])),
];

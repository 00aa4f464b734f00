import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** The errors that a command of the engine printed and did not report as events: each stands at the margin. */
export const errorsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => /^error: (.*\S)/.exec(line)?.[1] ?? [])),
];

/**
 * Calls back for each line that a process prints, to either stream; when it closes all have come, a last one without an end too. Without
 * effect for streams that it has from its parent.
 */
export function eachLine({ stdout, stderr }: Pick<ChildProcess, "stdout" | "stderr">, onLine: (line: string) => void) {
  for (const input of [stdout, stderr]) {
    if (input) createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine);
  }
}

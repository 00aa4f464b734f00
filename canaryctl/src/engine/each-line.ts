import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Calls back for each line that a process prints, with its stream; when it closes all have come, a last one without an end too. Without
 * effect for streams that it has from its parent.
 */
export function eachLine(
  process: Pick<ChildProcess, "stdout" | "stderr">,
  onLine: (line: string, stream: "stdout" | "stderr") => void,
): void {
  for (const stream of ["stdout", "stderr"] as const) {
    const input = process[stream];
    if (input)
      createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => onLine(line, stream));
  }
}

import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Calls back for each line that a process prints, to either stream; when it closes all have come, a last one without an end too. Without
 * effect for streams that it has from its parent.
 */
export function eachLine({ stdout, stderr }: Pick<ChildProcess, "stdout" | "stderr">, onLine: (line: string) => void) {
  for (const input of [stdout, stderr]) {
    if (input) createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine);
  }
}

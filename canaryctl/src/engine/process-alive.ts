import { readFileSync } from "node:fs";

/**
 * Whether a process with this id runs a command that has `word` in it. The word guards against an id that the system has
 * given to another program since; where the command line cannot be read, as on macOS, the id alone decides.
 */
export function isAlive(pid: number, word: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false; // EPERM: alive, and another user's
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
  } catch {
    return process.platform !== "linux";
  }
}

import { globSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

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

/** The PID namespace of the first process of a machine (Linux, PROC_PID_INIT_INO): all other namespaces are below it. */
const outermostNamespace = "pid:[4026531836]";

/** Where process ids mean the same as here: a host, and on Linux a PID namespace of it, which a container has of its own. */
export const ownProcessSpace = (): string => `${hostname()} ${pidNamespace()}`;

/** Whether every process of this host is seen from here, under one id or another. */
export const seesAllProcesses = (): boolean => ["", outermostNamespace].includes(pidNamespace());

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // as on macOS, which has none
  }
}

/** Whether a process runs `word` that has this id in a namespace below ours. */
export function isAliveBelow(pid: number, word: string): boolean {
  return globSync("/proc/[0-9]*/status").some((file) => {
    try {
      const ids = /^NSpid:\s*(.*)$/m.exec(readFileSync(file, "utf8"))?.[1]?.split(/\s+/) ?? [];
      return ids.length > 1 && ids.at(-1) === String(pid) && isAlive(Number(ids[0]), word);
    } catch {
      return false; // it has just ended
    }
  });
}

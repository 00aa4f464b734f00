import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { until } from "@canary-lab/kit/until";

/** How long a plugin may take to end when it is told to, in seconds. */
const graceSeconds = 5;

/**
 * Ends the plugins that a killed engine left behind: one that goes on installing would make what the next update was told is not there. An
 * engine of canaryctl leads a session, and its plugins stay in it. Linux only: elsewhere a session cannot be looked up. Substitute plugins
 * end with their engine.
 *
 * @returns the names of those that were ended
 */
export async function endOrphans(engine: number): Promise<readonly string[]> {
  if (engine <= 0) return []; // a lock that names no process; session 0 is that of others in a container
  const found = pluginsOf(engine);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    for (const { pid } of pluginsOf(engine)) {
      try {
        process.kill(pid, signal);
      } catch {
        // it has just ended
      }
    }
    if (await until(() => pluginsOf(engine).length === 0, { seconds: graceSeconds, everyMilliseconds: 50 })) break;
  }
  return found.map(({ name }) => name);
}

interface Plugin {
  readonly pid: number;
  readonly name: string;
}

function pluginsOf(engine: number): readonly Plugin[] {
  return globSync("/proc/[0-9]*/stat").flatMap((file) => {
    try {
      // The name in brackets may have spaces and brackets of its own; behind it: state, parent, group, session.
      const [state, , , session] = readFileSync(file, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const [program = ""] = readFileSync(file.replace(/stat$/, "cmdline"), "utf8").split("\0");
      const name = basename(program);
      const isOurs = Number(session) === engine && state !== "Z" && /^pulumi-(resource|language|analyzer)-/.test(name);
      return isOurs ? [{ pid: Number(file.split("/")[2]), name }] : [];
    } catch {
      return []; // it has just ended
    }
  });
}

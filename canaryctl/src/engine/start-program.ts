import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { eachLine } from "./each-line.ts";

export interface RunningProgram {
  /** Where the engine reaches it, for `--client`. */
  readonly address: string;
  /** Ends it; without effect where it has ended by itself. */
  stop(): void;
}

/**
 * Starts the process that will run the program for an engine. It listens on a socket in a folder of this user's own, so that nobody
 * else of the machine can reach it.
 *
 * @param onLine gets what it prints; without it, it writes to the terminal
 * @param idleMilliseconds how long it waits for an engine, which comes within tenths of a second, on a busy machine within seconds
 * @throws UserError with its own words where it ends before it listens
 */
export async function startProgram(
  env: NodeJS.ProcessEnv,
  onLine: ((line: string) => void) | undefined,
  idleMilliseconds = 30_000,
): Promise<RunningProgram> {
  const folder = mkdtempSync(join(tmpdir(), "canaryctl-"));
  const socket = join(folder, "program");
  const output = onLine ? "pipe" : "inherit";
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "program-host.ts"), socket, String(idleMilliseconds)],
    {
      cwd: repositoryRoot,
      env,
      stdio: ["ignore", output, output, "ipc"],
      detached: true, // an interrupt is the engine's to pass on
    },
  );
  const lines: string[] = [];
  eachLine(child, (line) => {
    lines.push(line);
    onLine?.(line);
  });
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  // Not its exit: what it has said may still be on its way then.
  const ended = once(child, "close").then(([code]) => {
    throw new UserError(`The program could not be loaded (exit code ${code}):\n  ${lines.join("\n  ")}`, {
      place: "index.ts",
      next: "npx canaryctl up",
    });
  });
  try {
    await Promise.race([once(child, "message"), ended]);
  } catch (error) {
    stop();
    throw error;
  }
  ended.catch(() => {});
  return { address: `unix:${socket}`, stop };
}

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export type Program = ChildProcessByStdio<Writable, Readable, Readable>;

/** Runs a source file as its own process, as an image does, with `environment` alone. @param file absolute */
export function start(file: string, environment: Record<string, string>, args: readonly string[] = []): Program {
  return spawn(process.execPath, [file, ...args], {
    env: { NODE_NO_WARNINGS: "1", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** A server on a free port of 127.0.0.1, once it listens. */
export async function startServer(environment: Record<string, string>): Promise<{ program: Program; url: string }> {
  const program = start(join(import.meta.dirname, "../src/server.ts"), {
    HOST: "127.0.0.1",
    PORT: "0",
    ...environment,
  });
  const [line] = await once(createInterface(program.stdout), "line");
  return { program, url: `http://127.0.0.1:${JSON.parse(line).port}` };
}

/** The process's exit code (null after a signal) and what it printed. */
export async function ended(program: Program): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  program.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  program.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(program, "close");
  return { code, stdout, stderr };
}

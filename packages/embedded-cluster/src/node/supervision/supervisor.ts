import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { makePrivateFolder, writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import type { ProcessName, ProcessSpec } from "../processes/process-spec.ts";
import { endProcesses, identify, markedProcesses, type ProcessIdentity, processMark } from "./proc.ts";

/** A process that is running now. */
export interface RunningProcess extends ProcessIdentity {
  readonly spec: ProcessSpec;
  /** When it was started just now, in milliseconds since 1970; absent where it was found running, as wanted. */
  readonly startedAt?: number;
}

const logFile = (layout: NodeLayout, name: ProcessName): string => join(layout.logs, `${name}.log`);

/** Digest of all that a process was started with: program, arguments, environment, and every file that it reads. */
export function specDigest(spec: ProcessSpec, readFile: (path: string) => string = describeFile): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([spec.argv, spec.env ?? {}, spec.files ?? {}]));
  for (const file of [...(spec.reads ?? []), spec.argv[0] ?? ""]) hash.update(`\0${file}\0${readFile(file)}`);
  return hash.digest("hex").slice(0, 16);
}

/** A small file stands for itself; a program of a hundred megabytes for its size and time. */
function describeFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "missing"; // whoever reads it says so
  return found.size > 100_000 ? `${found.size} ${found.mtimeMs}` : readFileSync(path, "utf8");
}

/**
 * Makes sure that `spec` runs, as it is now: starts it where it is dead, restarts it where its spec has changed.
 * It outlives this process.
 */
export async function ensureProcess(spec: ProcessSpec, layout: NodeLayout, path: string): Promise<RunningProcess> {
  const digest = specDigest(spec);
  const running = markedProcesses().filter(
    ({ lab, name, isLeader }) => lab === layout.lab && name === spec.name && isLeader,
  );
  const current = running.find((process) => process.digest === digest);
  const stale = running.filter((process) => process !== current);
  if (stale.length > 0) await endProcesses(stale, 3000);
  if (current) {
    record(layout, spec, current, digest);
    return { spec, pid: current.pid, startTicks: current.startTicks };
  }
  for (const file of spec.stale ?? []) rmSync(file, { force: true });
  for (const folder of spec.folders ?? []) makePrivateFolder(folder);
  for (const [file, content] of Object.entries(spec.files ?? {})) writePrivateFile(file, content);
  const startedAt = Date.now();
  const identity = await start(spec, layout, {
    PATH: path,
    HOME: layout.state,
    ...spec.env,
    ...processMark(layout.lab, spec.name, digest),
  });
  record(layout, spec, identity, digest);
  return { spec, ...identity, startedAt };
}

/** For people and tests who want to know which process is which; the lab itself asks /proc. */
function record(layout: NodeLayout, spec: ProcessSpec, { pid, startTicks }: ProcessIdentity, digest: string): void {
  const content = { name: spec.name, pid, startTicks, digest, argv: spec.argv };
  writePrivateFile(join(layout.run, `${spec.name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}

async function start(spec: ProcessSpec, layout: NodeLayout, env: Record<string, string>): Promise<ProcessIdentity> {
  const [program, ...args] = spec.argv;
  const log = openLog(logFile(layout, spec.name));
  try {
    const child = spawn(program ?? "", args, { cwd: "/", detached: true, env, stdio: ["ignore", log, log] });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity) return identity;
  } catch (error) {
    throw new UserError(`${spec.name} could not be started: ${(error as Error).message}`, {
      place: program ?? "",
      cause: error,
    });
  } finally {
    closeSync(log);
  }
  throw processFailed(spec, layout, "ended at once");
}

/** A fresh log; the one before is kept as `.1`, for it may say why the last one died. */
function openLog(file: string): number {
  makePrivateFolder(dirname(file));
  try {
    renameSync(file, `${file}.1`);
  } catch {
    // the first start
  }
  return openSync(file, "ax", 0o600);
}

/** The error for a process that does not do its work: what it said last, and where to read on. */
export function processFailed(spec: ProcessSpec, layout: NodeLayout, how: string): UserError {
  const file = logFile(layout, spec.name);
  const said = lastLines(file, 5);
  return new UserError(`${spec.name} ${how}.${said && ` It said last:\n${said}`}`, {
    place: file,
    next: "read the log, then run: npx canaryctl up",
  });
}

function lastLines(file: string, count: number): string {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-count);
    return lines.map((line) => `    ${line.slice(0, 400)}`).join("\n");
  } catch {
    return "";
  }
}

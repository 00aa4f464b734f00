import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { makePrivateFolder, writePrivateFile } from "@canary-lab/kit/private-files";
import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { Commands } from "../../settings.ts";
import type { NodeLayout } from "../layout.ts";
import type { ProcessName, ProcessSpec } from "../processes/process-spec.ts";
import {
  endProcesses,
  identify,
  isAlive,
  type MarkedProcess,
  markedProcesses,
  markOf,
  type ProcessIdentity,
  renderMark,
} from "./proc.ts";

/** What the processes of one node are started and watched with. */
export interface Supervision {
  readonly layout: NodeLayout;
  readonly commands: Commands;
  /** The id of the node, which its processes carry. */
  readonly nodeId: string;
  /** PATH of the processes. */
  readonly path: string;
  /** Told what a user should know. */
  readonly say: (line: string) => void;
}

/** A process that ended before it was ready. */
export class ProcessEndedError extends UserError {
  override readonly kind = "node-process";
}

/** A process that is running now. */
export interface RunningProcess extends ProcessIdentity {
  readonly spec: ProcessSpec;
  /** When it was started just now, in milliseconds since 1970; absent where it was found running, as wanted. */
  readonly startedAt?: number;
}

export const logFile = (layout: NodeLayout, name: ProcessName): string => join(layout.logs, `${name}.log`);

/** Digest of all that a process was started with: program, arguments, environment, and every file that it reads. */
export function specDigest(spec: ProcessSpec, readFile: (path: string) => string = describeFile): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([spec.argv, spec.env ?? {}, spec.files ?? {}, ...(spec.links ? [spec.links] : [])]));
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
export async function ensureProcess(spec: ProcessSpec, supervision: Supervision): Promise<RunningProcess> {
  const { layout, nodeId, path } = supervision;
  const digest = specDigest(spec);
  const running = processesNamed(spec.name, supervision);
  const current = running.find((process) => process.digest === digest && process.nodeId === nodeId);
  const stale = running.filter((process) => process !== current);
  if (stale.length > 0) await endProcesses(stale, 3000);
  if (current) {
    record(layout, spec, current, digest);
    return { spec, pid: current.pid, startTicks: current.startTicks };
  }
  for (const file of spec.stale ?? []) rmSync(file, { force: true });
  for (const folder of spec.folders ?? []) makePrivateFolder(folder);
  for (const [file, content] of Object.entries(spec.files ?? {})) writePrivateFile(file, content);
  for (const [file, content] of Object.entries(spec.seeds ?? {})) if (!isWhole(file)) writePrivateFile(file, content);
  for (const [link, target] of Object.entries(spec.links ?? {})) makeLink(link, target);
  const startedAt = Date.now();
  const identity = await start(spec, supervision, {
    PATH: path,
    HOME: layout.state,
    ...spec.env,
    ...renderMark({ home: layout.home, nodeId, name: spec.name, digest }),
  });
  record(layout, spec, identity, digest);
  return { spec, ...identity, startedAt };
}

/** Whether there is a JSON file that was written to its end. */
function isWhole(file: string): boolean {
  try {
    return typeof JSON.parse(readFileSync(file, "utf8")) === "object";
  } catch {
    return false;
  }
}

function makeLink(link: string, target: string): void {
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

/** Ends a process of this node, where it runs. */
export const endProcess = (name: ProcessName, supervision: Supervision): Promise<void> =>
  endProcesses(processesNamed(name, supervision), 3000);

export const isRunning = (name: ProcessName, supervision: Supervision): boolean =>
  processesNamed(name, supervision).length > 0;

const processesNamed = (wanted: ProcessName, { layout }: Supervision): MarkedProcess[] =>
  markedProcesses().filter(({ home, name, isLeader }) => home === layout.home && name === wanted && isLeader);

/** For people and tests that want to know which process is which; `up` and `down` read /proc. */
function record(layout: NodeLayout, spec: ProcessSpec, { pid, startTicks }: ProcessIdentity, digest: string): void {
  const content = { name: spec.name, pid, startTicks, digest, argv: spec.argv };
  writePrivateFile(join(layout.run, `${spec.name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}

async function start(
  spec: ProcessSpec,
  supervision: Supervision,
  env: Record<string, string>,
): Promise<ProcessIdentity> {
  const [program, ...args] = spec.argv;
  const log = openLog(logFile(supervision.layout, spec.name));
  try {
    const child = spawn(program ?? "", args, { cwd: "/", detached: true, env, stdio: ["ignore", log, log] });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity) {
      await until(() => isMarked(identity) || !isAlive(identity), { seconds: 5, everyMilliseconds: 5 });
      return identity;
    }
  } catch (error) {
    throw new UserError(`${spec.name} could not be started: ${(error as Error).message}`, {
      place: program ?? "",
      cause: error,
    });
  } finally {
    closeSync(log);
  }
  throw new ProcessEndedError(...processFailure(spec, supervision, "ended at once"));
}

/**
 * Whether the process can be found by its mark. The kernel tells the starter that a program has been executed before it lays out the
 * environment: who looks in between, as `down` may, sees a process without one, and would leave it running.
 */
const isMarked = ({ pid }: ProcessIdentity): boolean => markOf(pid) !== undefined;

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

/** What to say of a process that does not do its work, for a UserError: what it said last, and where to read on. */
export function processFailure(
  { name }: ProcessSpec,
  { layout, commands }: Supervision,
  how: string,
): ConstructorParameters<typeof UserError> {
  const file = logFile(layout, name);
  const said = lastLines(file, 5);
  const cause = `${name} ${how}.${said && ` It said last:\n${said}`}`;
  return [cause, { place: file, first: "read the log", next: commands.up }];
}

function lastLines(file: string, count: number): string {
  try {
    const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-count);
    return lines.map((line) => `    ${line.slice(0, 400)}`).join("\n");
  } catch {
    return "";
  }
}

import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import type { ProcessSpec } from "../processes/process-spec.ts";
import { findDamagedBlob } from "./blobs.ts";
import { awaitReady } from "./readiness.ts";
import { endProcess, ensureProcess, isRunning, logFile, ProcessEndedError, type Supervision } from "./supervisor.ts";

/** A process that is ready. */
export interface StartedProcess {
  /** True where it, or one that it needs, lost what it had stored: whoever works with it has to begin anew. */
  readonly isAnew: boolean;
}

/**
 * Starts a process where it does not run, and waits until it is ready.
 *
 * A machine that loses power can leave data that a process cannot start with. So where a process ends twice on the data that
 * it has, it is tried without. If it then becomes ready, the data was the cause: it is kept in the folder `damaged`, and the process
 * goes on empty. If not, the data is put back, and the first error stands. A full disk is no such trial: with room a moment later, it
 * would take good data for damaged.
 *
 * @param needed the processes that it names in `after`
 */
export async function bringUp(
  spec: ProcessSpec,
  needed: readonly StartedProcess[],
  supervision: Supervision,
): Promise<StartedProcess> {
  await endTrial(spec, supervision); // of a run that was killed
  const isAnew = needed.some((process) => process.isAnew);
  if (isAnew) await endProcess(spec.name, supervision); // it holds on to what is gone
  const damaged = spec.blobs && !isRunning(spec.name, supervision) ? findDamagedBlob(spec.blobs) : undefined;
  if (damaged !== undefined) {
    const error = await startWithout(spec, supervision, `${damaged} does not hold what its name says`);
    if (error !== undefined) throw error;
    return { isAnew: true };
  }
  const first = await tryToStart(spec, supervision);
  if (first === undefined) return { isAnew };
  const [place] = dataOf(spec);
  if (place === undefined) throw first;
  if (hasNoRoom(first)) throw fullDisk(first, place);
  if ((await tryToStart(spec, supervision)) === undefined) return { isAnew }; // it was killed, or short of memory
  const log = logFile(supervision.layout, spec.name);
  if ((await startWithout(spec, supervision, `${log}.1 says why`)) !== undefined) throw first;
  return { isAnew: true };
}

/** Undefined where the process is ready; the error where it ended before. */
async function tryToStart(spec: ProcessSpec, supervision: Supervision): Promise<UserError | undefined> {
  try {
    await awaitReady(await ensureProcess(spec, supervision), supervision);
    return undefined;
  } catch (error) {
    if (error instanceof ProcessEndedError) return error;
    throw error;
  }
}

/** In the words of the C library and of Go. */
const hasNoRoom = ({ message }: UserError): boolean => /no space left on device|disk quota exceeded/i.test(message);

const fullDisk = (error: UserError, place: string): UserError =>
  new UserError(error.message, {
    place,
    first: "make room on the disk that this is on",
    ...(error.next !== undefined && { next: error.next }),
    cause: error,
  });

const dataOf = (spec: ProcessSpec): string[] => (spec.data ?? []).filter((path) => existsSync(path));

/** Where the data is while the process is tried without; the next run puts back what it finds there. */
const trialFolder = ({ name }: ProcessSpec, { damaged }: NodeLayout): string => join(damaged, `${name}.trial`);

/**
 * Starts the process without its data, and keeps that where this goes well.
 *
 * @returns the error where the process ended then, too
 */
async function startWithout(spec: ProcessSpec, supervision: Supervision, why: string): Promise<UserError | undefined> {
  const { layout, say } = supervision;
  const trial = makePrivateFolder(trialFolder(spec, layout));
  for (const path of dataOf(spec)) move(path, join(trial, basename(path)));
  try {
    const error = await tryToStart(spec, supervision);
    if (error !== undefined) return error;
    const kept = join(layout.damaged, spec.name);
    rmSync(kept, { recursive: true, force: true });
    renameSync(trial, kept);
    say(
      `The data of ${spec.name} is damaged, as after a power failure: it goes on without (${why}). What it had is kept in ${kept} until the cluster is taken down.`,
    );
    return undefined;
  } finally {
    await endTrial(spec, supervision);
  }
}

/** Puts the data back that a trial had moved away. */
async function endTrial(spec: ProcessSpec, supervision: Supervision): Promise<void> {
  const trial = trialFolder(spec, supervision.layout);
  if (!existsSync(trial)) return;
  await endProcess(spec.name, supervision);
  for (const path of spec.data ?? []) {
    const moved = join(trial, basename(path));
    if (!existsSync(moved)) continue;
    rmSync(path, { recursive: true, force: true }); // what the start without data has made
    move(moved, path);
  }
  rmSync(trial, { recursive: true });
}

/** Moves a file or folder, also out of a mount: a running machine has the kubelet's folder mounted on itself. `to` appears whole. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
    const draft = `${to}.draft`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(from, draft, { recursive: true });
    renameSync(draft, to);
    rmSync(from, { recursive: true });
  }
}

import { existsSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import type { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import type { ProcessSpec } from "../processes/process-spec.ts";
import { awaitReady } from "./readiness.ts";
import { endProcess, ensureProcess, ProcessEndedError, type Supervision } from "./supervisor.ts";

/** A process that is ready. */
export interface StartedProcess {
  /** True where it, or one that it needs, lost what it had stored: whoever works with it has to begin anew. */
  readonly isAnew: boolean;
}

/**
 * Starts a process where it does not run, and waits until it is ready.
 *
 * A machine that loses power can leave data that a process cannot start with. So where a process ends twice on the data that
 * it has, it is started without. If it then becomes ready, the data was the cause: it is kept in the folder `damaged`, and the process
 * goes on empty. If not, the data is put back, and the first error stands.
 *
 * @param needed the processes that it names in `after`
 */
export async function bringUp(
  spec: ProcessSpec,
  needed: readonly StartedProcess[],
  supervision: Supervision,
): Promise<StartedProcess> {
  const isAnew = needed.some((process) => process.isAnew);
  if (isAnew) await endProcess(spec.name, supervision); // it holds on to what is gone
  const first = await tryToStart(spec, supervision);
  if (first === undefined) return { isAnew };
  const data = (spec.data ?? []).filter((path) => existsSync(path));
  if (data.length === 0) throw first;
  if ((await tryToStart(spec, supervision)) === undefined) return { isAnew }; // it was killed, or short of memory
  await startWithout(data, spec, first, supervision);
  return { isAnew: true };
}

async function startWithout(
  data: readonly string[],
  spec: ProcessSpec,
  first: UserError,
  supervision: Supervision,
): Promise<void> {
  const { layout, say } = supervision;
  const kept = moveAway(data, spec, layout);
  say(`${spec.name} ended twice on the data that it has: trying without. The data is in ${kept.folder}.`);
  if ((await tryToStart(spec, supervision)) === undefined) {
    say(
      `The data of ${spec.name} is damaged, as after a power failure: it goes on without. ${first.message}\n  at: ${kept.folder}`,
    );
    return;
  }
  await endProcess(spec.name, supervision);
  kept.putBack();
  throw first;
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

/** Moves data into the folder `damaged`, in the place of what is there of the same process. */
function moveAway(data: readonly string[], { name }: ProcessSpec, { damaged }: NodeLayout) {
  const folder = join(damaged, name);
  rmSync(folder, { recursive: true, force: true });
  makePrivateFolder(folder);
  const moves = data.map((path) => ({ path, kept: join(folder, basename(path)) }));
  for (const { path, kept } of moves) renameSync(path, kept);
  const putBack = () => {
    for (const { path, kept } of moves) {
      rmSync(path, { recursive: true, force: true }); // what the start without data has made
      renameSync(kept, path);
    }
  };
  return { folder, putBack };
}

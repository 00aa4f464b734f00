import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makePrivateFolder, writePrivateFile } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { inLab } from "../../cluster/lab-folder.ts";
import { isAlive, ownProcessSpace } from "./engine/process-alive.ts";

const timeout = { minutes: 30, betweenTries: 500 } as const;

/** How often a holder touches its file, and after how long without that it counts as dead where its process is not seen, in milliseconds. */
const heartbeat = { every: 5_000, missing: 60_000 } as const;

/**
 * Runs `work` while no other `up` or `down` of this checkout does: both change the machine. One that runs is waited for, for half an hour.
 *
 * @throws UserError where it runs still
 */
export async function exclusively<T>(
  command: string,
  progress: Pick<Progress, "say">,
  work: () => Promise<T>,
  lockFile = inLab("canaryctl.lock"),
): Promise<T> {
  const taken = await takeLock(command, (line) => progress.say(line), lockFile);
  if (isHeld(taken)) throw tooLong(taken);
  try {
    return await work();
  } finally {
    taken.release();
  }
}

/** A lock that this process holds. */
interface Taken {
  release(): void;
}

export const isHeld = (taken: Taken | Holder): taken is Holder => "pid" in taken;

/**
 * Holds a lock of this checkout, once no other process does. A process that was killed holds nothing.
 *
 * Every process has a lock file of its own, `<lockFile>.<pid>`, that appears whole. It announces itself by it, then looks for others,
 * and steps back where there are any: of two, at least the later one sees the earlier. So nobody ever removes the file of a
 * process that lives, and two that find the same dead one cannot take each other's lock away. The file of a process that is not seen
 * from here, as in another container, says by its time of change that the process lives.
 *
 * @param command what others are told that runs
 * @param say told once for whom it waits
 * @param seconds how long it waits
 * @returns the process that holds it still, where the time is over
 */
export async function takeLock(
  command: string,
  say: (line: string) => void,
  lockFile: string,
  seconds: number = timeout.minutes * 60,
): Promise<Taken | Holder> {
  makePrivateFolder(dirname(lockFile));
  const own = `${lockFile}.${process.pid}.${placeOf(ownProcessSpace())}`;
  const holder = await announce(own, lockFile, command, say, seconds);
  if (holder) return holder;
  const beat = setInterval(() => touch(own), heartbeat.every).unref();
  return {
    release: () => {
      clearInterval(beat);
      rmSync(own, { force: true });
    },
  };
}

interface Holder {
  readonly pid: number;
  readonly command: string;
  readonly file: string;
  /** Whether its process id means the same here. */
  readonly isHere: boolean;
}

/** A process space as a part of a file's name. */
const placeOf = (space: string): string => space.replace(/[^\w.-]+/g, "-");

async function announce(
  own: string,
  lockFile: string,
  command: string,
  say: (line: string) => void,
  seconds: number,
): Promise<Holder | undefined> {
  const until = Date.now() + seconds * 1000;
  for (let isFirst = true; ; isFirst = false) {
    let holder = otherHolder(lockFile, own);
    if (!holder) {
      writePrivateFile(own, `${command}\n`);
      holder = otherHolder(lockFile, own);
      if (!holder) return undefined;
      rmSync(own);
    }
    if (Date.now() > until) return holder;
    if (isFirst) say(`\`canaryctl ${holder.command}\` is running (${whoIs(holder)}): waiting for it to end.`);
    await pause(timeout.betweenTries * (0.5 + Math.random())); // two that stepped back for each other must not do so for ever
  }
}

const whoIs = ({ pid, isHere }: Holder): string => `process ${pid}${isHere ? "" : " of another host or container"}`;

const tooLong = (holder: Holder): UserError =>
  new UserError(`\`canaryctl ${holder.command}\` (${whoIs(holder)}) has been running for too long.`, {
    place: holder.file,
    ...(holder.isHere ? { next: `kill ${holder.pid}` } : { first: "end it where it runs" }),
  });

/** A process that has announced itself and lives, this one left out; files of dead ones are taken away. */
function otherHolder(lockFile: string, own: string): Holder | undefined {
  const prefix = `${basename(lockFile)}.`;
  for (const name of readdirSync(dirname(lockFile))) {
    const [, id, place] = /^(\d+)(?:\.(.+))?$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
    const file = join(dirname(lockFile), name);
    if (id === undefined || file === own || name.endsWith(".draft")) continue;
    const pid = Number(id);
    const isHere = place === undefined || place === placeOf(ownProcessSpace());
    const isHeld = isHere ? pid !== process.pid && isAlive(pid, "canaryctl") : isTouched(file);
    if (isHeld) return { pid, command: commandIn(file), file, isHere };
    rmSync(file, { force: true });
  }
  return undefined;
}

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // `down` has just taken the folder away.
  }
}

/** Whether a holder that is not seen from here has touched its file of late. */
function isTouched(file: string): boolean {
  const changed = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && Date.now() - changed < heartbeat.missing;
}

/** Empty where the holder has just ended. */
function commandIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

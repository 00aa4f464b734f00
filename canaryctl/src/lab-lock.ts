import { readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makePrivateFolder, writePrivateFile } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { inLab } from "../../cluster/lab-folder.ts";
import { isAlive } from "./engine/process-alive.ts";

const patience = { minutes: 30, betweenTries: 500 } as const;

/**
 * Runs `work` while no other `up` or `down` of this checkout does: both change the machine. A process that was killed holds nothing;
 * one that runs is waited for, for half an hour at most.
 *
 * Every process has a lock file of its own, `<lockFile>.<pid>`, that appears whole. It announces itself by it, then looks for others,
 * and steps back where there are any: of two, at least the later one sees the earlier. So nobody ever removes the file of a
 * process that lives, and two that find the same dead one cannot take each other's lock away.
 */
export async function exclusively<T>(
  command: string,
  progress: Pick<Progress, "say">,
  work: () => Promise<T>,
  lockFile = inLab("canaryctl.lock"),
): Promise<T> {
  makePrivateFolder(dirname(lockFile));
  const own = `${lockFile}.${process.pid}`;
  try {
    await take(own, lockFile, command, progress);
    return await work();
  } finally {
    rmSync(own, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly command: string;
}

async function take(own: string, lockFile: string, command: string, progress: Pick<Progress, "say">): Promise<void> {
  const until = Date.now() + patience.minutes * 60_000;
  for (let isFirst = true; ; isFirst = false) {
    let holder = otherHolder(lockFile);
    if (!holder) {
      writePrivateFile(own, `${command}\n`);
      holder = otherHolder(lockFile);
      if (!holder) return;
      rmSync(own);
    }
    const { pid, command: other } = holder;
    if (Date.now() > until) {
      throw new UserError(`\`canaryctl ${other}\` (process ${pid}) has been running for too long.`, {
        place: `${lockFile}.${pid}`,
        next: `kill ${pid}`,
      });
    }
    if (isFirst) progress.say(`\`canaryctl ${other}\` is running (process ${pid}): waiting for it to end.`);
    await pause(patience.betweenTries * (0.5 + Math.random())); // two that stepped back for each other must not do so for ever
  }
}

/** A process that has announced itself and lives, this one left out; files of dead ones are taken away. */
function otherHolder(lockFile: string): Holder | undefined {
  const prefix = `${basename(lockFile)}.`;
  for (const name of readdirSync(dirname(lockFile))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN; // NaN for a draft too
    if (Number.isNaN(pid) || pid === process.pid) continue;
    const file = join(dirname(lockFile), name);
    if (isAlive(pid, "canaryctl")) return { pid, command: commandIn(file) };
    rmSync(file, { force: true });
  }
  return undefined;
}

/** Empty where the holder has just ended. */
function commandIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

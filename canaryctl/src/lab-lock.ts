import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LabError } from "../../cluster/lab-error.ts";
import { inLab, makePrivateFolder } from "../../cluster/lab-folder.ts";
import type { Progress } from "../../cluster/progress.ts";
import { isAlive } from "./engine/process-alive.ts";

const patience = { minutes: 30, betweenTries: 500 } as const;

/**
 * Runs `work` while no other `up` or `down` of this checkout does: both change the machine. A lock whose holder was killed is
 * taken over; one that is held is waited for, for half an hour at most.
 */
export async function exclusively<T>(
  command: string,
  progress: Pick<Progress, "say">,
  work: () => Promise<T>,
  lockFile = inLab("canaryctl.lock"),
): Promise<T> {
  makePrivateFolder(dirname(lockFile));
  await take(lockFile, command, progress);
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

async function take(lockFile: string, command: string, progress: Pick<Progress, "say">): Promise<void> {
  const until = Date.now() + patience.minutes * 60_000;
  for (let isFirst = true; ; isFirst = false) {
    try {
      const file = openSync(lockFile, "wx", 0o600);
      writeSync(file, `${process.pid} ${command}\n`);
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const [pid, other] = readHolder(lockFile);
    if (pid === undefined || !isAlive(pid, "canaryctl")) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (Date.now() > until) {
      throw new LabError(`\`canaryctl ${other}\` (process ${pid}) has been running for too long.`, {
        place: lockFile,
        next: `kill ${pid}`,
      });
    }
    if (isFirst) progress.say(`\`canaryctl ${other}\` is running (process ${pid}): waiting for it to end.`);
    await pause(patience.betweenTries);
  }
}

function readHolder(lockFile: string): readonly [pid: number | undefined, command: string] {
  try {
    const [pid, command] = readFileSync(lockFile, "utf8").trim().split(" ");
    return [Number(pid) || undefined, command ?? ""];
  } catch {
    return [undefined, ""];
  }
}

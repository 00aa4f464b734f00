import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { LabError } from "../../cluster/lab-error.ts";
import { inLab, labFolder, makePrivateFolder } from "../../cluster/lab-folder.ts";
import type { Progress } from "../../cluster/progress.ts";
import { isAlive } from "./engine/process-alive.ts";

const lockFile = () => inLab("canaryctl.lock");
const patience = { minutes: 30, betweenTries: 500 } as const;

/**
 * Runs `work` while no other `up` or `down` of this checkout does: both change the machine. A lock whose holder was killed is
 * taken over; one that is held is waited for, for half an hour at most.
 */
export async function exclusively<T>(command: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  makePrivateFolder(labFolder);
  await take(command, progress);
  try {
    return await work();
  } finally {
    rmSync(lockFile(), { force: true });
  }
}

async function take(command: string, progress: Progress): Promise<void> {
  const until = Date.now() + patience.minutes * 60_000;
  for (let isFirst = true; ; isFirst = false) {
    try {
      const file = openSync(lockFile(), "wx", 0o600);
      writeSync(file, `${process.pid} ${command}\n`);
      closeSync(file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const [pid, other] = readHolder();
    if (pid === undefined || !isAlive(pid, "canaryctl")) {
      rmSync(lockFile(), { force: true });
      continue;
    }
    if (Date.now() > until) {
      throw new LabError(`\`canaryctl ${other}\` (process ${pid}) has been running for too long.`, {
        place: lockFile(),
        next: `kill ${pid}`,
      });
    }
    if (isFirst) progress.say(`\`canaryctl ${other}\` is running (process ${pid}): waiting for it to end.`);
    await pause(patience.betweenTries);
  }
}

function readHolder(): readonly [pid: number | undefined, command: string] {
  try {
    const [pid, command] = readFileSync(lockFile(), "utf8").trim().split(" ");
    return [Number(pid) || undefined, command ?? ""];
  } catch {
    return [undefined, ""];
  }
}

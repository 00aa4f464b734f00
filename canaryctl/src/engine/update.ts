import { setTimeout as pause } from "node:timers/promises";
import type { ConfigChanges, Lab } from "../lab.ts";
import { EngineBusyError, type LineSink } from "./engine.ts";
import type { StackLock } from "./file-state.ts";

export interface UpdateOptions {
  /** Gets the engine's lines; by default they are not shown. */
  readonly onLine?: LineSink;
  /** Gets what happens around the engine: a lock that was taken away, a wait. */
  readonly say: (line: string) => void;
  /** How long to wait for an update that another process runs. Default 0: then that is an error. */
  readonly waitSeconds?: number;
  /** Called again and again while waiting. */
  readonly whileWaiting?: () => Promise<void>;
}

const betweenLooksMilliseconds = 250;
const betweenWordsMilliseconds = 15_000;

/**
 * Makes the cluster agree with the stack's config. A lock that a killed update left behind is taken away; one that is held is
 * waited for.
 *
 * @throws EngineBusyError where another update holds the stack for longer than `waitSeconds`
 */
export async function updateStack(lab: Lab, options: UpdateOptions): Promise<void> {
  await freeStack(lab, options);
  await lab.engine.update(options.onLine);
}

/**
 * Writes changes to the stack's file, then updates. Where another update is in the way nothing has been done, and the file is put
 * back; after any other failure it keeps what the user asked for, and the next update goes on from there.
 */
export async function changeStack(lab: Lab, changes: ConfigChanges, options: UpdateOptions): Promise<void> {
  lab.stackFile.set(changes);
  try {
    await updateStack(lab, options);
  } catch (error) {
    if (error instanceof EngineBusyError) lab.stackFile.restore();
    throw error;
  }
}

/** Waits until no other process holds the stack. Where only the engine can read the locks, it is the one to refuse. */
export async function freeStack({ state, stackFile }: Lab, options: Omit<UpdateOptions, "onLine">): Promise<void> {
  if (!state) return;
  for (const { pid } of state.dropDeadLocks())
    options.say(`Took away the lock of an update that was killed (process ${pid}).`);

  const started = Date.now();
  let spokenAt = Number.NEGATIVE_INFINITY;
  for (let [held] = state.locks(); held; [held] = state.locks()) {
    const waited = Date.now() - started;
    if (waited >= (options.waitSeconds ?? 0) * 1000) throw busy(held, stackFile.stack, waited);
    if (Date.now() - spokenAt >= betweenWordsMilliseconds) {
      options.say(
        `Another update of stack ${stackFile.stack} is running (${holder(held)}): waiting for it to end, ${Math.round(waited / 1000)} s so far.`,
      );
      spokenAt = Date.now();
    }
    await options.whileWaiting?.();
    await pause(betweenLooksMilliseconds);
    state.dropDeadLocks();
  }
}

const holder = ({ pid, host }: StackLock): string => `process ${pid} on ${host}`;

const busy = (lock: StackLock, stack: string, waitedMilliseconds: number): EngineBusyError =>
  new EngineBusyError(
    `Another update of stack ${stack} is running (${holder(lock)}${waitedMilliseconds ? `; waited ${Math.round(waitedMilliseconds / 1000)} s` : ""}).`,
    { place: lock.path, first: "wait for it to end" },
  );

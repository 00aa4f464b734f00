import { until } from "@canary-lab/kit/until";
import type { Lab } from "../lab.ts";
import type { UpdateScope } from "./engine.ts";
import { EngineBusyError } from "./engine-failure.ts";
import type { UpdateView } from "./events.ts";
import { endOrphans } from "./orphans.ts";
import { describeLock, isAbandoned, type StackLock, unlock, wayOutOf } from "./stack-lock.ts";

export interface UpdateOptions {
  /** Where the engine's work is shown; by default nowhere. */
  readonly view?: UpdateView;
  /** Gets what happens around the engine: a lock that was taken away, a wait. */
  readonly say: (line: string) => void;
  /** How long to wait for an update that another process runs. Default 0: then that is an error. */
  readonly waitSeconds?: number;
  /** Called again and again while waiting. */
  readonly whileWaiting?: () => Promise<void>;
}

const betweenWordsSeconds = 15;

/**
 * Makes the cluster agree with the stack's config. A lock that a killed update left behind is taken away; one that is held is
 * waited for.
 *
 * @throws EngineBusyError where another update holds the stack for longer than `waitSeconds`
 */
export async function updateStack(
  lab: Lab,
  options: UpdateOptions & Pick<UpdateScope, "markBefore" | "mendsDrift">,
): Promise<void> {
  const { view, markBefore, mendsDrift } = options;
  await freeStack(lab, options);
  await lab.engine.update(view, { ...(markBefore !== undefined && { markBefore }), ...(mendsDrift && { mendsDrift }) });
}

/**
 * Waits until no other process holds the stack. Where only the engine can read the locks, it is the one to refuse.
 *
 * @throws EngineBusyError where the wait is over, or is no use: a lock of another host that is hours old
 */
export async function freeStack({ state, stackFile }: Lab, options: Omit<UpdateOptions, "view">): Promise<void> {
  if (!state) return;
  for (const { pid } of state.dropDeadLocks()) {
    options.say(`Took away the lock of an update that was killed (process ${pid}).`);
    const plugins = await endOrphans(pid);
    if (plugins.length > 0) options.say(`Ended the plugins that it left running: ${plugins.join(", ")}.`);
  }

  const { waitSeconds: seconds = 0, whileWaiting } = options;
  let spokenAt = Number.NEGATIVE_INFINITY;
  const isFree = async (waited: number) => {
    if (waited > 0) state.dropDeadLocks();
    const [held] = state.locks();
    if (!held) return true;
    if (isAbandoned(held)) throw abandoned(held, stackFile.stack);
    if (waited >= seconds) throw busy(held, stackFile.stack, waited);
    if (waited - spokenAt >= betweenWordsSeconds) {
      const wayOut = held.holder === "elsewhere" ? ` If it was killed: ${unlock(stackFile.stack).next}` : "";
      options.say(
        `Another update of stack ${stackFile.stack} is running (${describeLock(held)}): waiting for it to end, ${Math.round(waited)} s so far.${wayOut}`,
      );
      spokenAt = waited;
    }
    await whileWaiting?.();
    return false;
  };
  await until(isFree, { seconds });
}

const busy = (lock: StackLock, stack: string, waitedSeconds: number): EngineBusyError =>
  new EngineBusyError(
    `Another update of stack ${stack} is running (${describeLock(lock)}${waitedSeconds >= 1 ? `; waited ${Math.round(waitedSeconds)} s` : ""}).`,
    { place: lock.path, ...wayOutOf(lock, stack) },
  );

const abandoned = (lock: StackLock, stack: string): EngineBusyError =>
  new EngineBusyError(
    `The lock of stack ${stack} is held by ${describeLock(lock)}. Whether that update still runs cannot be seen from here.`,
    { place: lock.path, ...unlock(stack) },
  );

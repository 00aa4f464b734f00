import { setTimeout as sleep } from "node:timers/promises";
import { UnreachableError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";

/** How time passes; tests have a faster one. Milliseconds. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

export interface Wait {
  /** What is in the way, in words; undefined when nothing is. */
  readonly obstacle: () => Promise<string | undefined>;
  /** What cannot be done before; the obstacle is put behind it. */
  readonly blocked: string;
  readonly place: string;
  readonly say: (line: string) => void;
  /** How long to wait. Default 90: a route that comes back after a release took 8.2 at most. */
  readonly seconds?: number;
  readonly clock?: Clock | undefined;
  /** A preview waits for nothing: only what is refused counts. */
  readonly isPreview?: boolean;
}

const betweenLooksMilliseconds = 250;

/** Waits until nothing is in the way, and says each change of what is. @throws UserError where it lasts too long */
export async function waitUntilClear({
  obstacle,
  blocked,
  place,
  say,
  seconds = 90,
  clock,
  isPreview,
}: Wait): Promise<void> {
  const { now, sleep: pause } = clock ?? { now: Date.now, sleep };
  const end = now() + seconds * 1000;
  let said = "";
  for (; ; await pause(betweenLooksMilliseconds)) {
    const reason = await obstacle();
    if (!reason || isPreview) return;
    if (now() > end) {
      throw new UserError(`${blocked} after ${seconds} s: ${reason}.`, {
        place,
        next: ["npx canaryctl up", "npx canaryctl status"],
      });
    }
    if (reason !== said) say(`waiting: ${reason}`);
    said = reason;
  }
}

/** "silence" where the API server does not answer and may still be waited for. */
export async function unlessSilent<T>(ask: () => Promise<T>, mayBeSilent: boolean): Promise<T | "silence"> {
  try {
    return await ask();
  } catch (error) {
    if (mayBeSilent && error instanceof UnreachableError) return "silence";
    throw error;
  }
}

import { setTimeout as sleep } from "node:timers/promises";

/** How time passes; tests have a faster one. Milliseconds. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const systemClock: Clock = { now: () => performance.now(), sleep };

export interface Waiting {
  readonly seconds: number;
  /** From the end of one look to the next. Default 250. */
  readonly everyMilliseconds?: number;
  readonly clock?: Clock | undefined;
}

/**
 * Looks at something again and again: the one way to wait for what tells nobody when it happens.
 *
 * @param look gives what was waited for, or something falsy while it is not there; what it throws ends the wait. Gets the seconds so far
 * @returns what the look gave; undefined where the time is over, and after a last look
 */
export async function until<T>(
  look: (waitedSeconds: number) => T | Promise<T>,
  { seconds, everyMilliseconds = 250, clock = systemClock }: Waiting,
): Promise<NonNullable<T> | undefined> {
  const began = clock.now();
  for (;;) {
    const waited = (clock.now() - began) / 1000;
    const found = await look(waited);
    if (found) return found;
    if (waited >= seconds) return undefined;
    await clock.sleep(everyMilliseconds);
  }
}

/** A sink for lines that leaves one out where it is the same as the one before. */
export function changesOf(say: (line: string) => void): (line: string) => void {
  let said: string | undefined;
  return (line) => {
    if (line !== said) say(line);
    said = line;
  };
}

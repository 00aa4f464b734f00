import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../../cluster/lab-error.ts";

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
  readonly clock?: Clock;
}

const betweenLooksMilliseconds = 250;
/** How long a route may take to come back after a release, in seconds; 8.2 is the longest that was measured. */
const patienceSeconds = 90;

/** Waits until nothing is in the way, and says each change of what is. @throws LabError after 90 s */
export async function waitUntilClear({ obstacle, blocked, place, say, clock }: Wait): Promise<void> {
  const { now, sleep: pause } = clock ?? { now: Date.now, sleep };
  const end = now() + patienceSeconds * 1000;
  let said = "";
  for (; ; await pause(betweenLooksMilliseconds)) {
    const reason = await obstacle();
    if (!reason) return;
    if (now() > end) {
      throw new LabError(`${blocked} after ${patienceSeconds} s: ${reason}.`, {
        place,
        next: "npx canaryctl status, then npx canaryctl up to go on",
      });
    }
    if (reason !== said) say(`waiting: ${reason}`);
    said = reason;
  }
}

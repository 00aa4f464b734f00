import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `condition` gives something truthy and returns it. @throws Error with `what` after `seconds` */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { seconds = 60, everyMilliseconds = 50 } = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`Timeout after ${seconds} s: ${what}.`);
    await sleep(everyMilliseconds);
  }
}

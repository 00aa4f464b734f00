import { until as untilTruthy } from "@canary-lab/kit/until";

/** Waits until `condition` gives something truthy and returns it. @throws Error with `what` after `seconds` */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { seconds = 60, everyMilliseconds = 50 } = {},
): Promise<NonNullable<T>> {
  const value = await untilTruthy(condition, { seconds, everyMilliseconds });
  if (value === undefined) throw new Error(`Timeout after ${seconds} s: ${what}.`);
  return value;
}

import type { Outcome } from "../test/e2e/support/command.ts";

/** Seconds of a command that has to succeed. @throws Error with its output where it does not: a failed run must not count as a fast one */
export function secondsOf(outcome: Outcome): number {
  if (outcome.exitCode !== 0) throw new Error(`${outcome.command} ended with ${outcome.exitCode}:\n${outcome.output}`);
  return outcome.seconds;
}

/** Takes a measure several times, one after the other. `take` gets the number of the run, from 0. */
export async function repeat(runs: number, take: (run: number) => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await take(run));
  return values;
}

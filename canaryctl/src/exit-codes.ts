import type { Ending as JudgedEnding } from "./judged/walk.ts";
import type { Ending as WatchedEnding } from "./watch/watch.ts";

/** 0 where it was done, 2 where the command line cannot be meant, 130 where the user interrupted it, 1 for everything else. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Of `promote --judge`. */
export const judgedExitCodes: Readonly<Record<JudgedEnding, number>> = {
  promoted: 0,
  "rolled back": 3,
  held: 4,
  "waits for a person": 4,
  "no verdict": 5,
  interrupted: exitCodes.interrupted,
};

/** Of `status --watch` and `--follow`. */
export const watchedExitCodes: Readonly<Record<WatchedEnding, number>> = {
  finished: 0,
  waiting: 0,
  failed: 1,
  interrupted: exitCodes.interrupted,
};

/** 0 where it was done, 2 where the command line cannot be meant, 130 where the user interrupted it, 1 for everything else. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

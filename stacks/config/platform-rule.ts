import { matching } from "./values.ts";

/** `own`, `existing`, or the name of a stack as the engine takes it. */
export const platform = matching(
  /^(?:[A-Za-z0-9_.-]{1,100}\/canary-lab\/)?[A-Za-z0-9_.-]{1,100}$/,
  "own, existing, or the name of a stack",
);

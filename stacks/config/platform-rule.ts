import { matching, says } from "./values.ts";

const allowed = "own, or the name of a stack";

/** `own`, or the name of a stack as the engine takes it. The word `existing` is kept for a platform that no stack of this project installed. */
export const platform = matching(/^(?:[A-Za-z0-9_.-]{1,100}\/canary-lab\/)?[A-Za-z0-9_.-]{1,100}$/, allowed).refine(
  (name) => name !== "existing",
  says(allowed),
);

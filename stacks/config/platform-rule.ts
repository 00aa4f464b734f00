import { matching } from "./values.ts";

/** `own`, `existing` for a platform that no stack of this project installed, or the name of a stack as the engine takes it. */
export const platform = matching(
  /^(?:[A-Za-z0-9_.-]{1,100}\/canary-lab\/)?[A-Za-z0-9_.-]{1,100}$/,
  "own, existing, or the name of a stack",
);

/** Revisions and revision tags of Istio are values of labels. */
export const istioRevision = matching(
  /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/,
  "a revision or a revision tag of Istio, of lower-case letters, digits, dots and hyphens",
);

/** An object by its namespace and its name. */
export const namespacedName = matching(
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/,
  "NAMESPACE/NAME",
);

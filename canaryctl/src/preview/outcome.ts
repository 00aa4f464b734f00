/** How a preview ended. */
export type Outcome =
  /** An update would change nothing. */
  | "no-change"
  | "changes"
  /** A guard, a policy or the config's own rules do not let the update pass. */
  | "refused"
  /** It could not be made here, which says nothing of the change: see {@link Missing}. */
  | "not-made"
  /** It went wrong. */
  | "failed";

/** What a preview that could not be made lacks. */
export type Missing = "cluster" | "secret" | "permission" | "stack" | "state" | "backend" | "lock";

/** What was missing, by the words of the engine, of the program and of the API server; undefined where it was something else. */
export function missingIn(errors: readonly string[]): Missing | undefined {
  const text = errors.join("\n");
  return causes.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Kubernetes' own words for a refusal by an admission rule are not those for a missing permission. */
const causes: readonly (readonly [missing: Missing, pattern: RegExp])[] = [
  ["secret", /passphrase|secrets (manager|provider)|could not decrypt/i],
  ["stack", /There is no stack /],
  ["state", /no stack named|is not in the backend yet/],
  ["lock", /currently locked by|Another update of (this )?stack/],
  [
    "backend",
    /^ +at: +PULUMI_BACKEND_URL$|not logged in|could not get cloud url|unable to open bucket|read bucket|login to the Pulumi Cloud|problem logging in/im,
  ],
  [
    "permission",
    /is forbidden: User "|\b(401|403)\b.*\b(Unauthorized|Forbidden)\b|^Unauthorized$|\(Unauthorized\)|does not allow|You must be logged in to the server/im,
  ],
  [
    "cluster",
    /cluster does not answer|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|cluster is unreachable|unreachable cluster|The lab is not up|There is no kubeconfig|Unable to connect to the server|kubeconfig.*(not found|does not exist|no such|cannot be read)|no context|certificate (has expired|signed by unknown authority)/i,
  ],
];

/**
 * Whether errors are the refusal of a rule: of a hook, of the config, of a policy, of the API server, or of what the program looks at before
 * it begins.
 */
export const isRefusal = (errors: readonly string[]): boolean =>
  errors.some((error) =>
    /before hook ".*" failed|of the config cannot be used|^policy |denied (the )?request: |^ +allowed: /m.test(error),
  );

/** An error without what the engine puts in front of it. */
export const withoutEngineWords = (error: string): string =>
  error.replace(/^(Preview failed: )?before hook "[^"]*" failed: /, "").replace(/^Preview failed: /, "");

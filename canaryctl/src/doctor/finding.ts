/** How much a finding hurts: users get errors or wrong answers; something will go wrong later; worth knowing. */
export const severities = ["error", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** What `--fix` may do by itself: each of these takes nothing away and gives the canary no traffic. */
export type Fix =
  | { readonly kind: "label-namespace" }
  | { readonly kind: "restart"; readonly workload: WorkloadReference }
  | { readonly kind: "drop-dead-locks" }
  | { readonly kind: "retry"; readonly replicaSet: string }
  | { readonly kind: "up" };

export interface WorkloadReference {
  readonly kind: "Deployment" | "Rollout";
  readonly name: string;
}

/** One thing that is wrong. */
export interface Finding {
  /** The check and the object, such as `sidecar-missing/pod-a`: the same in each run, for `--ignore`. */
  readonly id: string;
  readonly severity: Severity;
  readonly what: string;
  /** What was read and where, one line each. */
  readonly evidence: readonly string[];
  /** The command that mends it, then alternatives; each runs as it is printed. */
  readonly mend: readonly string[];
  readonly fix?: Fix;
  /** `up` would give the canary more traffic than it has, or apply config that nobody asked to apply: `--fix` then leaves `up` to a person. */
  readonly isForPerson?: true;
}

/** Whether a severity reaches a threshold; no severity reaches `never`. */
export const reaches = (severity: Severity, threshold: Severity | "never"): boolean =>
  threshold !== "never" && severities.indexOf(severity) <= severities.indexOf(threshold);

/** The findings without those that are ignored: an id names one finding, the part in front of its slash all of that check. */
export function withoutIgnored(findings: readonly Finding[], ignored: readonly string[]): readonly Finding[] {
  return findings.filter(({ id }) => !ignored.includes(id) && !ignored.includes(id.split("/")[0] ?? ""));
}

/** The worst first; those of one severity stay in the order of the checks. */
export const inOrder = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));

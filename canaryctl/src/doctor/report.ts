import type { Lab } from "../lab.ts";
import { type Finding, reaches, type Severity, severities } from "./finding.ts";
import { checkNames } from "./table.ts";

/** A finding as it is printed. */
type Shown = Omit<Finding, "fix" | "isForPerson">;

/** What `doctor` prints; as it is by `--json`. */
export interface Diagnosis {
  readonly stack: string;
  readonly namespace: string;
  readonly app: string;
  /** Nothing reaches the severity at which the command fails. */
  readonly isWell: boolean;
  /** How many checks looked. */
  readonly checks: number;
  /** What `--fix` did, one line each. */
  readonly fixed: readonly string[];
  /** Those that are shown: of at least the severity of `--show`, and not ignored. */
  readonly findings: readonly Shown[];
  /** Findings that are left out, by severity. */
  readonly notShown: Readonly<Record<Severity, number>>;
  /** How many were taken out by `--ignore`. */
  readonly ignored: number;
}

export interface Thresholds {
  readonly show: Severity;
  readonly failOn: Severity | "never";
}

/** @param found what is wrong, without what is ignored */
export function diagnosisOf(
  { stackFile, config }: Pick<Lab, "stackFile" | "config">,
  found: readonly Finding[],
  { show, failOn }: Thresholds,
  { fixed, ignored }: Pick<Diagnosis, "fixed" | "ignored">,
): Diagnosis {
  const hidden = found.filter(({ severity }) => !reaches(severity, show));
  const count = (severity: Severity) => hidden.filter((one) => one.severity === severity).length;
  return {
    stack: stackFile.stack,
    namespace: config.namespace,
    app: config.app,
    isWell: !found.some(({ severity }) => reaches(severity, failOn)),
    checks: checkNames.length,
    fixed,
    findings: found
      .filter(({ severity }) => reaches(severity, show))
      .map(({ fix: _, isForPerson: __, ...finding }) => finding),
    notShown: { error: count("error"), warning: count("warning"), info: count("info") },
    ignored,
  };
}

export function diagnosisText(diagnosis: Diagnosis): readonly string[] {
  const { stack, app, namespace, findings, notShown, ignored, checks } = diagnosis;
  const hidden = severities.filter((severity) => notShown[severity] > 0);
  const tail = [
    ...(hidden.length > 0 ? [`not shown: ${hidden.map((one) => counted(notShown[one], one)).join(", ")}`] : []),
    ...(ignored > 0 ? [`ignored: ${ignored}`] : []),
  ];
  const sum = severities
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => counted(count, severity));
  const hurts = (severity: Severity) => notShown[severity] > 0 || findings.some((one) => one.severity === severity);
  const verdict =
    hurts("error") || hurts("warning")
      ? `${checks} checks: ${sum.join(", ") || "nothing to show"}`
      : `All well: ${checks} checks found no error and no warning`;
  return [
    `Stack ${stack}: ${app} in namespace ${namespace}`,
    ...findings.flatMap(findingText),
    ...(findings.length > 0 ? [""] : []),
    `${[verdict, ...tail].join("; ")}.`,
  ];
}

const counted = (count: number, severity: Severity): string =>
  severity === "info" ? `${count} info` : `${count} ${severity}${count === 1 ? "" : "s"}`;

const findingText = ({ id, severity, what, evidence, mend }: Shown): readonly string[] => [
  "",
  `${severity}: ${what}`,
  `  id:   ${id}`,
  ...evidence.map((line, index) => `  ${index === 0 ? "seen:" : "     "} ${line}`),
  ...mend.map((command, index) => `  ${index === 0 ? "mend:" : "  or:"} ${command}`),
];

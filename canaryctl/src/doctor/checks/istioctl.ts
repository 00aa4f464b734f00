import type { AnalysisMessage, Facts } from "../facts.ts";
import type { Finding, Severity } from "../finding.ts";

const severityOf: Readonly<Record<string, Severity>> = { Error: "error", Warning: "warning", Info: "info" };

/** What our own checks say already, and say how to mend: a namespace and pods without injection. */
const ownChecks = ["IST0102", "IST0103"];

/** What `istioctl analyze` finds beside the other checks. */
export function istioctl({ analysis, config }: Facts): readonly Finding[] {
  return (analysis ?? [])
    .filter(({ code }) => !ownChecks.includes(code))
    .map(({ code, level, message, origin }: AnalysisMessage) => ({
      id: `istioctl/${code}/${origin.replaceAll(" ", "-")}`,
      severity: severityOf[level] ?? "info",
      what: `istioctl analyze: ${message}`,
      evidence: [`${code}, ${origin || "the namespace"}`],
      mend: [`istioctl analyze --namespace ${config.namespace}`],
    }));
}

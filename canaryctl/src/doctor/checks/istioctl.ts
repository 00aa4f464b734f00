import type { Facts } from "../facts.ts";
import type { Finding, Severity } from "../finding.ts";

const severityOf: Readonly<Record<string, Severity>> = { Error: "error", Warning: "warning", Info: "info" };

/**
 * A namespace and pods without injection, subsets without pods: checks of ours look at them, and leave out pods that are about to go, and
 * the canary's subset while no traffic is sent to it. Misplaced annotations: Istio itself copies those of a Gateway to all that it makes.
 */
const toldElsewhere = ["IST0102", "IST0103", "IST0107", "IST0173"];

/** Codes of istioctl, and the checks of ours that see the same and know the command that mends it. */
const ownChecks: Readonly<Record<string, readonly string[]>> = {
  IST0101: ["absent", "subset"], // a reference leads nowhere
  IST0109: ["rival"], // two VirtualServices for a host
};

/**
 * What `istioctl analyze` finds beside the other checks.
 *
 * @param found by the others: what they say already is not said twice
 */
export function istioctl({ analysis, cluster, config }: Facts, found: readonly Finding[]): readonly Finding[] {
  const checks = new Set(found.map(({ id }) => id.split("/")[0]));
  return (analysis ?? [])
    .filter(({ code }) => !cluster || !toldElsewhere.includes(code))
    .filter(({ code }) => !ownChecks[code]?.some((check) => checks.has(check)))
    .map(({ code, level, message, origin }) => ({
      id: `istioctl/${code}/${origin.replaceAll(" ", "-")}`,
      severity: severityOf[level] ?? "info",
      what: `istioctl analyze: ${message}`,
      evidence: [`${code}, ${origin || "the namespace"}`],
      mend: [`istioctl analyze --namespace ${config.namespace}`],
    }));
}

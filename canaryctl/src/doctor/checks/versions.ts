import satisfies from "semver/functions/satisfies.js";
import { pulumiRange } from "../../../../cluster/programs.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** A pod's `preStop.sleep`, which lets it leave its Service before it stops, is on by default from this version on (KEP-3960). */
const kubernetesRange = ">=1.30.0-0";

/** Versions that are too old for what the lab asks of them. */
export function versions({ cluster, pulumiVersion }: Facts): readonly Finding[] {
  const found = [
    { name: "Kubernetes", version: cluster?.version, range: kubernetesRange, mend: "kubectl version" },
    { name: "pulumi", version: pulumiVersion, range: pulumiRange, mend: "pulumi version" },
  ];
  return found.flatMap(({ name, version, range, mend }): readonly Finding[] => {
    if (version === undefined || satisfies(version, range, { includePrerelease: true })) return [];
    return [
      {
        id: `version/${name}`,
        severity: "error",
        what: `${name} ${version} is too old: ${range.replace("-0", "")} is needed.`,
        evidence: [`it says that it is version ${version}`],
        mend: [mend],
      },
    ];
  });
}

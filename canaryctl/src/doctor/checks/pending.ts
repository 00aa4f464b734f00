import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Config that no update has applied: whoever runs `up` for another reason applies it as well. */
export function pendingConfig({ pending }: Facts): readonly Finding[] {
  if (pending.length === 0) return [];
  return [
    {
      id: "pending-config",
      severity: "info",
      what: `The next update also changes ${pending.map(({ key }) => key).join(", ")}: --fix leaves it to you.`,
      evidence: pending.map(
        ({ key, applied, wanted }) =>
          `${key}: ${applied ?? "not set"} in the cluster, ${wanted ?? "not set"} in the config`,
      ),
      mend: ["npx canaryctl preview", "npx canaryctl up"],
      isForPerson: true,
    },
  ];
}

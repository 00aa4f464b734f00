import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** What keeps the other checks from looking: a config that is wrong, a cluster that does not answer, parts that may not be read. */
export function reach({ configFault, silence, unread }: Facts): readonly Finding[] {
  return [
    ...(configFault === undefined
      ? []
      : [
          {
            id: "config",
            severity: "error" as const,
            what: "The stack's config is wrong: the checks go by the project's defaults where they can.",
            evidence: configFault.split("\n"),
            mend: ["npx canaryctl preview"],
          },
        ]),
    ...(silence
      ? [
          {
            id: "cluster",
            severity: "error" as const,
            what: "The cluster does not answer, so nothing in it was looked at.",
            evidence: [silence.message, ...(silence.place ? [silence.place] : [])],
            mend: ["npx canaryctl up"],
          },
        ]
      : []),
    ...unread.map(({ what, why }) => ({
      id: `unread/${what.replaceAll(" ", "-")}`,
      severity: "info" as const,
      what: `Not looked at: ${what}`,
      evidence: [why],
      mend: [],
    })),
  ];
}

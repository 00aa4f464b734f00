import type { DriftFacts, Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Fields whose drift another check tells in its own words: weights, the number of pods, the label for sidecars. */
const toldElsewhere: Readonly<Record<string, RegExp>> = {
  VirtualService: /^spec\.http\b/,
  HTTPRoute: /^spec\.rules\.\d+\.backendRefs\.\d+\.weight$/,
  Deployment: /^spec\.replicas$/,
  Rollout: /^spec\.replicas$/,
  Namespace: /^metadata\.labels\.istio/,
};

/** How many fields of one object are named. */
const mostFields = 5;

/** What is not in the cluster as the last update left it. */
export function drift({ state }: Facts): readonly Finding[] {
  return (state?.drift ?? []).flatMap((one) => (one.isGone ? [gone(one)] : changed(one)));
}

const gone = ({ kind, id }: DriftFacts): Finding => ({
  id: `absent/${kind.replaceAll(" ", "-")}/${id.split("/").at(-1)}`,
  severity: "error",
  what: `${kind} ${id} is gone.`,
  evidence: ["the stack's state has it, and the cluster does not"],
  mend: ["npx canaryctl up"],
  fix: { kind: "up" },
});

function changed({ kind, id, fields }: DriftFacts): readonly Finding[] {
  const own = fields.filter((field) => !toldElsewhere[kind]?.test(field));
  if (own.length === 0) return [];
  return [
    {
      id: `drift/${kind}/${id}`,
      severity: "warning",
      what: `${kind} ${id} is not as the last update left it.`,
      evidence: [
        `fields that differ: ${own.slice(0, mostFields).join(", ")}${own.length > mostFields ? `, and ${own.length - mostFields} more` : ""}`,
      ],
      mend: ["npx canaryctl up"],
      fix: { kind: "up" },
    },
  ];
}

import type { ClusterFacts, Facts, NamespaceFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { otherSidecarLabels, standsOn } from "../objects.ts";

/** Pods get a sidecar where the namespace asks for one that a control plane injects. */
export function namespace({ namespace, injectors }: ClusterFacts, { config }: Facts): readonly Finding[] {
  const name = config.namespace;
  if (namespace === undefined) return [];
  if (namespace === null || namespace.isGoing) {
    return [
      {
        id: `namespace/${name}`,
        severity: "error",
        what: namespace
          ? `Namespace ${name} is being deleted.`
          : `There is no namespace ${name}: the application is not deployed.`,
        evidence: [`GET /api/v1/namespaces/${name}: ${namespace ? "deletionTimestamp is set" : "not found"}`],
        mend: ["npx canaryctl up"],
        fix: { kind: "up" },
      },
    ];
  }
  const { "istio-injection": injection, "istio.io/rev": revision } = namespace.labels;
  const strategy = [...strategyFinding(namespace.strategy, config.strategy), ...lostNotes(name, namespace)];
  const evidence = [
    `labels of namespace ${name}: ${
      Object.entries(namespace.labels)
        .filter(([key]) => key.startsWith("istio"))
        .map(([key, value]) => `${key}=${value}`)
        .join(", ") || "none of Istio's"
    }`,
  ];
  if (injection === "enabled" || (injection === undefined && revision !== undefined && injectors?.includes(revision))) {
    return strategy;
  }
  if (injection === undefined && revision !== undefined && injectors === undefined) return strategy;
  return [
    {
      id: `injection-label/${name}`,
      severity: "error",
      what:
        injection === undefined && revision !== undefined
          ? `Namespace ${name} asks for Istio's revision ${revision}, which no control plane has: new pods get no sidecar.`
          : `Namespace ${name} has lost its label for sidecars: new pods get none, and ignore the weights.`,
      evidence: [...evidence, ...(injectors ? [`revisions that inject: ${injectors.join(", ") || "none"}`] : [])],
      mend: [
        `kubectl label namespace ${name} ${labelText(standsOn(namespace, config).mesh.sidecarLabels, namespace.labels)}`,
      ],
      ...(revision === undefined && { fix: { kind: "label-namespace" } }),
    },
    ...strategy,
  ];
}

/** The arguments that set what asks for sidecars, and take away what stands in its way. */
function labelText(wanted: Readonly<Record<string, string>>, live: Readonly<Record<string, string>>): string {
  const others = otherSidecarLabels(wanted, live);
  const set = Object.entries(wanted).map(([key, value]) => `${key}=${value}`);
  return [...set, "--overwrite", ...others.map((key) => `${key}-`)].join(" ");
}

/** By them commands know whose a namespace is, and what was applied. */
const lostNotes = (name: string, { lostNotes: lost }: NamespaceFacts): readonly Finding[] =>
  lost
    ? [
        {
          id: `namespace-notes/${name}`,
          severity: "warning",
          what: `Namespace ${name} has lost notes of the program: whose it is, and what was applied, is told by them.`,
          evidence: [`annotations that are not there: ${lost.join(", ")}`],
          mend: ["npx canaryctl up"],
        },
      ]
    : [];

function strategyFinding(deployed: string | undefined, wanted: string): readonly Finding[] {
  if (deployed === undefined || deployed === wanted) return [];
  return [
    {
      id: "strategy",
      severity: "warning",
      what: `The application is deployed by strategy ${deployed}, and the config asks for ${wanted}.`,
      evidence: [`annotation canary-lab/strategy of the namespace: ${deployed}`],
      mend: ["npx canaryctl up"],
    },
  ];
}

import { versions } from "../../../../components/names.ts";
import { waysToServe } from "../../../../stacks/live/ways-to-serve.ts";
import { hasVirtualService, liveSplit, ownRoute } from "../expected.ts";
import type { ClusterFacts, Facts, PodFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";

const carries = ({ labels }: PodFacts, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

/** Such as `app=versioned-echo, version=v1`. */
const labelsText = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ") || "no labels";

/** The Service and the subsets that the route leads to: a name that is lost, or that finds no ready pod, answers 503. */
export function subsets(cluster: ClusterFacts, facts: Facts): readonly Finding[] {
  const { app, namespace } = facts.config;
  if (!cluster.namespace || !cluster.pods) return [];
  const service = cluster.services?.find(({ name }) => name === app);
  const behind = service && cluster.pods.filter((pod) => carries(pod, service.selector));
  return [
    ...(cluster.services && !service ? [absent("Service", app, namespace)] : []),
    ...(behind && !behind.some(({ isReady }) => isReady)
      ? [
          {
            id: `no-endpoints/${app}`,
            severity: "error" as const,
            what: `Service ${app} has no ready pod: every request fails.`,
            evidence: [`its selector: ${labelsText(service?.selector)}; pods that it selects: ${behind.length}`],
            mend: ["npx canaryctl up"],
            fix: { kind: "up" as const },
          },
        ]
      : []),
    ...subsetsOfRoute(cluster, facts, behind ?? []),
  ];
}

const absent = (kind: string, name: string, namespace: string): Finding => ({
  id: `absent/${kind}/${name}`,
  severity: "error",
  what: `There is no ${kind} ${name}: requests that the route sends by it get errors.`,
  evidence: [`namespace ${namespace} does not have it`],
  mend: ["npx canaryctl up"],
  fix: { kind: "up" },
});

function subsetsOfRoute(cluster: ClusterFacts, { config }: Facts, behind: readonly PodFacts[]): readonly Finding[] {
  const { app, namespace } = config;
  if (!hasVirtualService(config) || !cluster.destinationRules) return [];
  const rule = cluster.destinationRules.find((one) => one.namespace === namespace && one.name === app);
  if (!rule) return [absent("DestinationRule", app, namespace)];
  const used = new Set(
    (ownRoute(cluster, config)?.http ?? [])
      .flatMap((one) => one.route ?? [])
      .filter(({ weight = 100 }) => weight > 0)
      .flatMap(({ destination }) => destination.subset ?? []),
  );
  const split = liveSplit(cluster, config);
  return [...used].flatMap((name): readonly Finding[] => {
    const subset = rule.subsets.find((one) => one.name === name);
    const ready = subset && behind.filter((pod) => pod.isReady && carries(pod, subset.labels));
    if (ready && ready.length > 0) return [];
    const share = name === versions.canary ? split?.canary : split?.stable;
    const isLabelWrong = behind.some(({ isReady, labels }) => isReady && labels.version === name);
    return [
      {
        id: `subset/${name}`,
        severity: "error",
        what: subset
          ? `Subset ${name} matches no ready pod: its requests, ${share ?? 0} % of all, get 503.`
          : `Subset ${name}, which the route leads to, is in no DestinationRule: its requests get 503.`,
        evidence: [
          `DestinationRule ${namespace}/${app}: ${subset ? `${name} selects ${labelsText(subset.labels)}` : `has ${rule.subsets.map((one) => one.name).join(", ") || "no subsets"}`}`,
          ...(subset ? [`labels of the Service's ready pods: ${labelsOf(behind, subset.labels)}`] : []),
        ],
        mend: subset && !isLabelWrong ? waysOf(name, subset.labels, cluster, config) : ["npx canaryctl up"],
        ...((!subset || isLabelWrong) && { fix: { kind: "up" } }),
      },
    ];
  });
}

/** Whatever keeps the pods from being ready has a finding of its own. */
function waysOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  { pods = [] }: ClusterFacts,
  config: Facts["config"],
): string[] {
  const [version] = Object.values(versions).filter((one) => one === name);
  const isAbsent = !pods.some((pod) => carries(pod, labels));
  return version ? [...waysToServe({ version, isAbsent, hasShare: true }, config)] : ["npx canaryctl up"];
}

const labelsOf = (pods: readonly PodFacts[], wanted: Readonly<Record<string, string>>): string =>
  [
    ...new Set(
      pods
        .filter(({ isReady }) => isReady)
        .map(({ labels }) =>
          Object.keys(wanted)
            .map((key) => `${key}=${labels[key] ?? ""}`)
            .join(","),
        ),
    ),
  ].join("; ") || "there are none";

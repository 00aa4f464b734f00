import { clientName } from "../../../../components/names.ts";
import { portOf } from "../../../../components/workload/service-spec.ts";
import type { ClusterFacts, Facts, NetworkPolicyFacts, PodFacts, PolicyRule } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { matches } from "../policies.ts";

/** Network policies that let no request of the client's pod through to the application, where the cluster's network enforces them. */
export function network(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { app, namespace } = config;
  const port = portOf(config);
  const { policies, pods } = cluster;
  const client = pods?.find(({ labels }) => labels.app === clientName(app));
  const target = pods?.find(({ labels }) => labels.app === app);
  if (!policies?.length || !client || !target) return [];
  const labels = cluster.namespace?.labels ?? {};
  const refusing = [
    { direction: "Ingress", of: target, other: client },
    { direction: "Egress", of: client, other: target },
  ] as const;
  return refusing.flatMap(({ direction, of, other }) => {
    const selecting = policies.filter(
      (policy) => policy.types.includes(direction) && matches(policy.podSelector, of.labels),
    );
    const rules = selecting.flatMap((policy) => policy[direction === "Ingress" ? "ingress" : "egress"]);
    if (selecting.length === 0 || rules.some((rule) => lets(rule, other, labels, port))) return [];
    return [finding(direction, selecting, of, { namespace, port })];
  });
}

const finding = (
  direction: "Ingress" | "Egress",
  selecting: readonly NetworkPolicyFacts[],
  { name }: PodFacts,
  { namespace, port }: { readonly namespace: string; readonly port: number },
): Finding => ({
  id: `network-policy/${direction.toLowerCase()}`,
  severity: "warning",
  what: `No network policy lets requests ${direction === "Ingress" ? "in to the application" : "out of the client"} at port ${port}: where the network enforces them, requests time out.`,
  evidence: [
    `${selecting.map((policy) => policy.name).join(", ")} in namespace ${namespace} select pod ${name} for ${direction}`,
  ],
  mend: [`kubectl -n ${namespace} delete networkpolicy ${selecting.map((policy) => policy.name).join(" ")}`],
});

function lets(
  { peers, ports }: PolicyRule,
  other: PodFacts,
  labels: Readonly<Record<string, string>>,
  wanted: number,
): boolean {
  // A range of addresses is not resolved: it counts as letting through, for a false alarm would be worse than none.
  const isPeer =
    peers.length === 0 ||
    peers.some(
      ({ ipBlock, namespaceSelector, podSelector }) =>
        ipBlock !== undefined ||
        ((!namespaceSelector || matches(namespaceSelector, labels)) &&
          (!podSelector || matches(podSelector, other.labels))),
    );
  return isPeer && (ports.length === 0 || ports.some((port) => port === wanted || port === "http"));
}

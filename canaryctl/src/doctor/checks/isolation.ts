import { isEnforcedBy, notEnforced } from "../../../../components/isolation/pod-security.ts";
import type { ClusterFacts, Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** What the config's isolation asks for and this cluster does not give. */
export const isolation = (cluster: ClusterFacts, { config }: Facts): readonly Finding[] =>
  config.isolation.mode === "off" ? [] : [...podSecurity(cluster, config.namespace), ...enforcement(cluster)];

/** Seen by a request that the policies forbid, whatever the network plugin is called. */
const enforcement = ({ forbidden }: ClusterFacts): readonly Finding[] =>
  forbidden?.isAnswered
    ? [
        {
          id: "network-policy/unenforced",
          severity: "warning",
          what: "The cluster's network does not enforce network policies: what keeps the namespace apart is the mesh alone, from and to pods with sidecars.",
          evidence: [
            `pod ${forbidden.from} got an answer of ${forbidden.url}, pod ${forbidden.to}, which no policy allows`,
          ],
          // A plugin that does, such as Calico or Cilium, runs as one of these.
          mend: ["kubectl get daemonsets -A"],
        },
      ]
    : [];

function podSecurity({ namespace: live }: ClusterFacts, namespace: string): readonly Finding[] {
  if (!live || isEnforcedBy(live.labels)) return [];
  const evidence = Object.entries(live.labels).filter(([key]) => key.startsWith("pod-security.kubernetes.io/"));
  return [
    {
      id: `pod-security/${namespace}`,
      severity: "info",
      what: `${notEnforced(namespace)}.`,
      evidence: [
        `labels of namespace ${namespace}: ${evidence.map(([key, value]) => `${key}=${value}`).join(", ") || "none of Pod Security"}`,
      ],
      mend: ["kubectl get pods -A -l k8s-app=istio-cni-node"],
    },
  ];
}

import type { ClusterFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** A kubelet renews its lease every 10 s, and the API server gives the lease 40 s; the rest is for clocks that differ. */
const mostSeconds = 60;

/** Kubelets that have gone silent: their pods serve on, and nobody looks whether they are well, starts new ones or runs a command in them. */
export function kubelets({ heartbeats, pods, systemPods }: ClusterFacts): readonly Finding[] {
  const all = [...(pods ?? []), ...(systemPods ?? [])];
  return (heartbeats ?? []).flatMap(({ node, secondsAgo }) => {
    const there = all.filter((pod) => pod.node === node);
    if (secondsAgo <= mostSeconds || there.length === 0) return [];
    return [
      {
        id: `kubelet-silent/${node}`,
        severity: "warning",
        what: `The kubelet of node ${node} is silent: its pods serve on, and no new ones start there.`,
        evidence: [
          `its lease was renewed ${Math.round(secondsAgo)} s ago, and it renews it every 10 s`,
          `${there.length} pods of the application and its platform are there`,
        ],
        mend: ["npx canaryctl up", `kubectl describe node ${node}`],
      },
    ];
  });
}

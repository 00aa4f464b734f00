import { clientName, judgeName } from "../../../../components/names.ts";
import type { ClusterFacts, Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { isGateway } from "../objects.ts";
import { restartOf, workloadOf } from "../workload-of.ts";

/** Pods without a sidecar: the application's own, whose callers lose the mesh, and callers, which ignore weights and rollbacks. */
export function sidecars(cluster: ClusterFacts, { config }: Facts): readonly Finding[] {
  const { app, namespace } = config;
  return (cluster.pods ?? [])
    .filter(({ hasSidecar, isGoing, labels }) => !hasSidecar && !isGoing && !isGateway(labels))
    .filter(({ labels }) => labels.app !== judgeName(app)) // it calls nobody but Prometheus
    .map((pod): Finding => {
      const { name, inject } = pod;
      const isOwn = pod.labels.app === app;
      const isOurs = isOwn || pod.labels.app === clientName(app);
      const workload = workloadOf(cluster, pod);
      const restart = workload && inject !== "false";
      return {
        id: `sidecar-missing/${name}`,
        severity: isOurs ? "error" : "warning",
        what: isOwn
          ? `Pod ${name} of the application has no sidecar.`
          : `Pod ${name} has no sidecar: what it sends to ${app} goes to all pods of the Service alike, whatever the weights are.`,
        evidence: [
          `containers of pod ${namespace}/${name}: no istio-proxy`,
          ...(inject === undefined ? [] : [`sidecar.istio.io/inject is "${inject}"`]),
        ],
        mend: [restart ? restartOf(namespace, workload) : `kubectl -n ${namespace} delete pod ${name}`],
        ...(restart && isOurs && { fix: { kind: "restart", workload } }),
      };
    });
}

import { refusalCause } from "../../../../canary/pods/start-fault.ts";
import type { ClusterFacts, Facts, QuotaFacts, WorkloadFacts } from "../facts.ts";
import type { Finding } from "../finding.ts";

/** Pods that the API server does not let in: a quota, PodSecurity, or another admission. */
export function admission(cluster: ClusterFacts, facts: Facts): readonly Finding[] {
  return (cluster.workloads ?? []).flatMap((workload) => {
    if (workload.kind !== "ReplicaSet" || workload.ready >= workload.wanted || workload.refused === undefined)
      return [];
    return [refusal(workload, workload.refused, cluster, facts)];
  });
}

function refusal(
  { name, owner, wanted }: WorkloadFacts,
  message: string,
  cluster: ClusterFacts,
  { config }: Facts,
): Finding {
  const { namespace } = config;
  const workload = owner ?? name;
  const cause = refusalCause(message);
  const finding = (check: string, what: string, mend: string): Finding => ({
    id: `${check}/${workload}`,
    severity: "error",
    what,
    evidence: [message],
    mend: [mend],
  });
  const describe = `kubectl -n ${namespace} describe replicaset ${name}`;
  if (cause === "quota") {
    const [, quotaName = ""] = /quota: ([^,:\s]+)/.exec(message) ?? [];
    const quota = cluster.quotas?.find((one) => one.name === quotaName);
    return finding(
      "quota",
      `Quota ${quotaName} forbids pods of ${workload}.`,
      (quota && raised(namespace, quota, wanted)) ?? `kubectl -n ${namespace} describe resourcequota ${quotaName}`,
    );
  }
  if (cause === "pod-security") {
    return finding(
      "pod-security",
      `PodSecurity forbids pods of ${workload}: a sidecar sets up the pod's network, which needs more than "restricted" and "baseline" allow.`,
      `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`,
    );
  }
  return finding("admission", `The API server does not let pods of ${workload} in.`, describe);
}

/** The command that makes room for `more` pods, and for one beside them, which a replacement needs; undefined where pods are not what is short. */
function raised(namespace: string, { name, hard, used }: QuotaFacts, more: number): string | undefined {
  const key = ["pods", "count/pods"].find((one) => Number(hard[one]) <= Number(used[one]));
  if (key === undefined) return undefined;
  const change = JSON.stringify({ spec: { hard: { [key]: String(Number(used[key]) + more + 1) } } });
  return `kubectl -n ${namespace} patch resourcequota ${name} --type merge -p '${change}'`;
}

import { nanosOf } from "@canary-lab/kit/kube/quantity";
import { refusalCause } from "../../../../canary/pods/start-fault.ts";
import { retryAnnotation } from "../../../../stacks/live/retry-pods.ts";
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
  const retry = `kubectl -n ${namespace} annotate replicaset ${name} --overwrite ${retryAnnotation}=$(date +%s)`;
  const finding = (check: string, what: string, ...mend: readonly string[]): Finding => ({
    id: `${check}/${workload}`,
    severity: "error",
    what,
    evidence: [message],
    mend: [mend.join(" && ")],
  });
  if (cause === "quota") {
    const [, quotaName = ""] = /quota: ([^,:\s]+)/.exec(message) ?? [];
    const quota = cluster.quotas?.find((one) => one.name === quotaName);
    if (cluster.quotas && (!quota || hasRoom(quota, message)))
      return {
        ...finding(
          "quota",
          `Quota ${quotaName} let no pods of ${workload} in. There is room now, and Kubernetes tries again after a pause that grows with each refusal, up to 17 minutes.`,
          retry,
        ),
        fix: { kind: "retry", replicaSet: name },
      };
    const more = quota && raised(namespace, quota, wanted);
    return finding(
      "quota",
      `Quota ${quotaName} forbids pods of ${workload}.`,
      ...(more ? [...more, retry] : [`kubectl -n ${namespace} describe resourcequota ${quotaName}`]),
    );
  }
  if (cause === "pod-security") {
    return finding(
      "pod-security",
      `PodSecurity forbids pods of ${workload}: a sidecar sets up the pod's network, which needs more than "restricted" and "baseline" allow.`,
      `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`,
      retry,
    );
  }
  return finding(
    "admission",
    `The API server does not let pods of ${workload} in.`,
    `kubectl -n ${namespace} describe replicaset ${name}`,
  );
}

/** Whether what a refused pod asked for, by the refusal's words `requested: pods=1,limits.cpu=2, used: `, fits into the quota now. */
function hasRoom({ hard, used }: QuotaFacts, message: string): boolean {
  const [, requested] = /requested: (\S+), used: /.exec(message) ?? [];
  if (requested === undefined) return false;
  return requested.split(",").every((part) => {
    const [key = "", amount = ""] = part.split("=");
    const [most, now, more] = [hard[key], used[key] ?? "0", amount].map((one) => one && nanosOf(one));
    if (most === undefined) return true; // it counts this no more
    return typeof most === "bigint" && typeof now === "bigint" && typeof more === "bigint" && now + more <= most;
  });
}

/**
 * The commands that make room for `more` pods, and for one beside them, which a replacement needs, and wait until the quota is
 * counted anew; undefined where pods are not what is short.
 */
function raised(namespace: string, { name, hard, used }: QuotaFacts, more: number): readonly string[] | undefined {
  const key = ["pods", "count/pods"].find((one) => Number(hard[one]) <= Number(used[one]));
  if (key === undefined) return undefined;
  const wanted = String(Number(used[key]) + more + 1);
  const change = JSON.stringify({ spec: { hard: { [key]: wanted } } });
  const kubectl = `kubectl -n ${namespace}`;
  return [
    `${kubectl} patch resourcequota ${name} --type merge -p '${change}'`,
    `${kubectl} wait resourcequota/${name} --for=jsonpath='{.status.hard.${key}}'=${wanted}`,
  ];
}

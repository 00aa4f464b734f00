import type { ClusterFacts, PodFacts } from "./facts.ts";
import type { WorkloadReference } from "./finding.ts";

/** The Deployment or Rollout that makes a pod anew; undefined for a pod that nobody would. */
export function workloadOf({ workloads }: ClusterFacts, { owner }: PodFacts): WorkloadReference | undefined {
  const set =
    owner?.kind === "ReplicaSet" && workloads?.find(({ kind, name }) => kind === "ReplicaSet" && name === owner.name);
  const found = set && workloads?.find(({ kind, name }) => kind !== "ReplicaSet" && name === set.owner);
  return found && found.kind !== "ReplicaSet" ? { kind: found.kind, name: found.name } : undefined;
}

/** The command that replaces all pods of a workload, one after another. */
export const restartOf = (namespace: string, { kind, name }: WorkloadReference): string =>
  kind === "Deployment"
    ? `kubectl -n ${namespace} rollout restart deployment/${name}`
    : `kubectl -n ${namespace} patch rollout ${name} --type merge -p '{"spec":{"restartAt":"'$(date -u +%FT%TZ)'"}}'`;

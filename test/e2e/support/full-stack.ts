import { kubectl } from "./lab.ts";

/** The lab with all that can stand beside the mesh. */
export const fullStack = { monitoring: true, rollouts: "cluster" } as const;

interface Workload {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly readyReplicas?: number };
}

/** Workloads that a namespace must have, by kind: the operator makes Prometheus, a StatefulSet, only when `up` has ended. */
const expected = { "argo-rollouts": "deployments", monitoring: "deployments,statefulsets" };

/** Whether the controller of Rollouts, the operator and Prometheus have all their pods. */
export async function isFullStackReady(): Promise<boolean> {
  for (const [namespace, kinds] of Object.entries(expected)) {
    for (const kind of kinds.split(",")) {
      const { items }: { items: readonly Workload[] } = JSON.parse(
        await kubectl("get", kind, "-n", namespace, "-o", "json"),
      );
      const isReady = ({ spec, status }: Workload) => (status.readyReplicas ?? 0) >= spec.replicas;
      if (items.length === 0 || !items.every(isReady)) return false;
    }
  }
  return true;
}

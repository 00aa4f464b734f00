import { formatDuration } from "../../../canary/duration.ts";
import type { Objective } from "../../../canary/slo/objective.ts";
import { kubectl } from "./lab.ts";

/**
 * What a version must keep. A short window, so that an analysis ends soon; a busy machine with two cores answers slowly now and then, which
 * is not what is tried. It is the same in all cases: the kubelet may take 90 seconds to bring Prometheus new rules.
 */
export const objective: Objective = { errorRate: 0.05, p95Milliseconds: 2000, windowSeconds: 15, minimumRequests: 50 };

const { windowSeconds, ...limits } = objective;

/** The lab with all that can stand beside the mesh. Cases move the traffic at once: the judge is asked in the case that is about it. */
export const fullStack = {
  monitoring: true,
  gate: "none",
  rollouts: "cluster",
  objective: { ...limits, window: formatDuration(windowSeconds) },
} as const;

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

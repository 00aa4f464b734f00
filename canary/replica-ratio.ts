import type { Weight } from "./weight.ts";

/** Pods of both sides, where the share of the traffic is the share of the pods. */
export interface ReplicaRatio {
  readonly stable: number;
  readonly canary: number;
  /** The canary's share that these pods really give, in percent. */
  readonly share: number;
}

/**
 * The whole pods that come nearest to a weight; half a pod is rounded up to the canary. Few pods know few shares: of two pods, 10
 * percent is none.
 *
 * @param total pods of both sides, at least 1
 */
export function replicaRatio(total: number, weight: Weight): ReplicaRatio {
  const canary = Math.round((total * weight) / 100);
  return { stable: total - canary, canary, share: (100 * canary) / total };
}

import type { Weight } from "./weight.ts";

/** Pods of both sides, where the share of the traffic is the share of the pods. */
interface ReplicaRatio {
  readonly stable: number;
  readonly canary: number;
  /** The canary's share that these pods really give, in percent. */
  readonly share: number;
}

/**
 * The whole pods that come nearest to a weight. Half a pod is the stable side's, and below 100 percent one of its pods always stays.
 * Few pods know few shares: of two pods, 10 percent is none.
 *
 * @param total pods of both sides, at least 1
 */
export function replicaRatio(total: number, weight: Weight): ReplicaRatio {
  const nearest = Math.max(0, Math.ceil((total * weight) / 100 - 0.5));
  const canary = weight === 100 ? total : Math.min(nearest, total - 1);
  return { stable: total - canary, canary, share: (100 * canary) / total };
}

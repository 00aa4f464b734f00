/**
 * Pods that a side needs to carry its share.
 *
 * @param replicas pods that carry all of the traffic
 * @param percent share of the traffic, 0..100
 */
export const podsNeeded = (replicas: number, percent: number): number => Math.ceil((replicas * percent) / 100);

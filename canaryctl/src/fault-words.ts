import type { Faults } from "../../apps/versioned-echo/src/faults.ts";

/** What is set in a pod of the lab's own service. */
export interface PodFaults {
  readonly pod: string;
  /** Null where the pod does not answer, as one whose container is being restarted. */
  readonly faults: Faults | null;
}

/** What a pod does, in words; empty for one that is healthy. What is not named is healthy. */
export const faultWords = ({ errorRate, latencyMilliseconds, ready, crash }: Partial<Faults>): string =>
  [
    errorRate && `${Number((errorRate * 100).toFixed(2))} % of the answers are errors`,
    latencyMilliseconds && `each answer comes ${latencyMilliseconds} ms later`,
    ready === false && "not ready",
    crash && "told to crash",
  ]
    .filter(Boolean)
    .join(", ");

/** Whether a pod does anything that a healthy one does not. */
export const isBroken = ({ faults }: PodFaults): boolean => faults !== null && faultWords(faults) !== "";

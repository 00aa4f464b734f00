import { faultKey, type StartFault } from "./start-fault.ts";

/** Follows what keeps the pods of one workload from starting, look by look. */
export class StartWatch {
  readonly #since = new Map<string, number>();

  /**
   * @param faults what is seen now; a fault that was away for one look begins anew
   * @param now milliseconds
   * @returns those that have lasted for longer than they do where they pass by themselves
   */
  look(faults: readonly StartFault[], now: number): readonly StartFault[] {
    const seen = new Set(faults.map(faultKey));
    for (const key of this.#since.keys()) if (!seen.has(key)) this.#since.delete(key);
    return faults.filter((fault) => {
      const since = this.#since.get(faultKey(fault)) ?? now;
      this.#since.set(faultKey(fault), since);
      return now - since >= fault.graceSeconds * 1000;
    });
  }
}

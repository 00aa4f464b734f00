import type { Evidence, Proof } from "./evidence.ts";

/** What a test of the canary has found so far: for a fail, and for a pass. */
export abstract class Tested {
  protected abstract readonly evidence: Evidence;
  protected abstract readonly proof: Proof;

  /** The e-value against "no worse than is allowed". */
  get worse(): number {
    return this.evidence.value;
  }

  /** The e-value against "too bad to pass". */
  get goodEnough(): number {
    return this.proof.value;
  }

  /** See {@link Proof.after}. */
  goodEnoughAfter(times: number): number {
    return this.proof.after(times);
  }
}

import type { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import type { Rise } from "./rise-gate.ts";

/** Whether a rise of the canary's share may be made by the evidence of now. */
export interface RiseGate {
  readonly faultOf: (rise: Rise) => Promise<UserError | undefined>;
  /** Of a preview, which nothing holds up: there may be evidence enough when it is applied. */
  readonly tell: (fault: UserError) => void;
  /** After a rise; absent where somebody else keeps it. */
  readonly note?: (rise: Rise) => Promise<void>;
}

/** The rise that one run of the program makes. The gate is asked once, before whichever resource comes first of those that make it. */
export class GatedRise {
  readonly #gate: RiseGate | undefined;
  #held: Promise<UserError | undefined> | undefined;
  #risen: Rise | undefined;

  /** @param gate absent where nobody is asked, and nothing is read for it */
  constructor(gate: RiseGate | undefined) {
    this.#gate = gate;
  }

  /** Whether a rise is to be noted after it was made. */
  get isNoted(): boolean {
    return this.#gate?.note !== undefined;
  }

  /**
   * @param to the share that the canary is to get, in percent
   * @param live reads the share that it has
   * @throws UserError where the gate holds an update; a preview is told
   */
  async ask(to: number, live: () => Promise<number>): Promise<void> {
    if (!this.#gate) return;
    this.#held ??= this.#ask(this.#gate, to, live);
    const held = await this.#held;
    if (held && !pulumi.runtime.isDryRun()) throw held;
  }

  async #ask(gate: RiseGate, to: number, live: () => Promise<number>): Promise<UserError | undefined> {
    const rise = { from: await live(), to };
    const held = await gate.faultOf(rise);
    if (!held) this.#risen = rise;
    else if (pulumi.runtime.isDryRun()) gate.tell(held);
    return held;
  }

  /** Notes it once, however many resources have made it. */
  async note(): Promise<void> {
    const risen = this.#risen;
    this.#risen = undefined;
    if (risen) await this.#gate?.note?.(risen);
  }
}

import { UserError } from "@canary-lab/kit/user-error";
import { openLab } from "../lab.ts";
import { forLog } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { printableFor } from "../this-stack.ts";
import { type ActProcess, prepareProcess } from "./act-process.ts";
import { type Act, actText, wordsOf } from "./acts.ts";
import { setFaults } from "./faults.ts";
import type { ActView } from "./snapshot.ts";

const mostActs = 8;
/** Processes that wait for a command line: one for an act, and one for the rollback of it, which has no time to load anything. */
const mostReady = 2;
/** Of what a command prints, so many lines are kept. */
const mostLines = 60;

/** How the acts are done; a test puts others in their place. */
export interface Means {
  readonly prepare: () => ActProcess;
  readonly faults: (stack: string, act: Act & { readonly name: "faults" }) => Promise<string>;
}

const means: Means = {
  prepare: prepareProcess,
  faults: async (stack, { side, fault }) => {
    const { lab, strategy } = await openMove(openLab({ stack }));
    return setFaults(lab, strategy, side, fault);
  },
};

/** Does what the page asks for, each act beside the others, and keeps what they printed. */
export class ActLog {
  readonly #means: Means;
  readonly #changed: (stack: string) => void;
  readonly #acts = new Map<string, readonly ActView[]>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #ready: ActProcess[] = [];
  #last = 0;
  #isEnding = false;

  /** @param changed told whenever an act of a stack begins, prints or ends */
  constructor(changed: (stack: string) => void, given: Means = means) {
    this.#changed = changed;
    this.#means = given;
  }

  /** Loads what the next acts need. */
  prepare(): void {
    while (this.#ready.length < mostReady) this.#ready.push(this.#means.prepare());
  }

  /** The newest first. */
  of(stack: string): readonly ActView[] {
    return this.#acts.get(stack) ?? [];
  }

  isRunning(stack: string): boolean {
    return this.of(stack).some(({ state }) => state === "running");
  }

  /** Does an act to its end. */
  async do(stack: string, act: Act): Promise<ActView> {
    const id = ++this.#last;
    const began = new Date().toISOString();
    this.#put(stack, { id, name: act.name, command: actText(act), began, state: "running", output: "" });
    const doing = this.#run(stack, act, id);
    this.#running.add(doing);
    try {
      return this.#change(stack, id, { state: (await doing) ? "done" : "failed" });
    } finally {
      this.#running.delete(doing);
    }
  }

  /** Waits for what is under way. */
  async end(): Promise<void> {
    this.#isEnding = true;
    for (const process of this.#ready.splice(0)) process.end();
    await Promise.allSettled(this.#running);
  }

  async #run(stack: string, act: Act, id: number): Promise<boolean> {
    const print = (line: string) => {
      const { output } = this.#view(stack, id);
      const lines = output === "" ? [line] : [...output.split("\n"), line];
      this.#change(stack, id, { output: lines.slice(-mostLines).join("\n") });
    };
    try {
      if (act.name === "faults") {
        print(await this.#means.faults(stack, act));
        return true;
      }
      const child = this.#ready.shift() ?? this.#means.prepare();
      const { exitCode } = await child.run(["--stack", stack, ...(wordsOf(act) ?? [])], print);
      if (!this.#isEnding) this.prepare(); // not beside the act, whose time it would take
      return exitCode === 0;
    } catch (error) {
      const text = error instanceof UserError ? printableFor(stack)(error.toText()) : String(error);
      print(forLog(text));
      return false;
    }
  }

  #view(stack: string, id: number): ActView {
    return this.of(stack).find((each) => each.id === id) as ActView;
  }

  #put(stack: string, view: ActView): void {
    const isKept = (each: ActView, index: number) => index < mostActs - 1 || each.state === "running";
    this.#acts.set(stack, [view, ...this.of(stack).filter(isKept)]);
    this.#changed(stack);
  }

  #change(stack: string, id: number, to: Partial<ActView>): ActView {
    const changed = { ...this.#view(stack, id), ...to };
    this.#acts.set(
      stack,
      this.of(stack).map((each) => (each.id === id ? changed : each)),
    );
    this.#changed(stack);
    return changed;
  }
}

import { forLog } from "../print.ts";
import { type ActProcess, prepareProcess } from "./act-process.ts";
import { type Act, wordsOf } from "./acts.ts";
import type { ActView } from "./snapshot.ts";

const mostActs = 8;
/** Processes that wait for a command line: one for an act, and one for the rollback of it, which has no time to load anything. */
const mostReady = 2;
/** Of what a command prints, so many lines are kept. */
const mostLines = 60;

/** Does what the page asks for, each act beside the others, and keeps what they printed. */
export class ActLog {
  readonly #prepare: () => ActProcess;
  readonly #changed: (stack: string) => void;
  readonly #acts = new Map<string, readonly ActView[]>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #ready: ActProcess[] = [];
  #last = 0;
  #isEnding = false;

  /**
   * @param changed told whenever an act of a stack begins, prints or ends
   * @param prepare begins a process for one act
   */
  constructor(changed: (stack: string) => void, prepare: () => ActProcess = prepareProcess) {
    this.#changed = changed;
    this.#prepare = prepare;
  }

  /** Loads what the next acts need. */
  prepare(): void {
    while (this.#ready.length < mostReady) this.#ready.push(this.#prepare());
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
    this.#put(stack, { id, name: act.name, command: wordsOf(act).join(" "), began, state: "running", output: "" });
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
      const child = this.#ready.shift() ?? this.#prepare();
      const { exitCode } = await child.run(["--stack", stack, ...wordsOf(act)], print);
      if (!this.#isEnding) this.prepare(); // not beside the act, whose time it would take
      return exitCode === 0;
    } catch (error) {
      print(forLog(String(error)));
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

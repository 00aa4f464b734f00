import { forLog } from "../print.ts";
import { type ActProcess, prepareProcess } from "./act-process.ts";
import { type Act, wordsOf } from "./acts.ts";
import { shownParts } from "./shown.ts";
import type { ActView } from "./snapshot.ts";

const mostActs = 8;
/** Processes that wait for a command line: one for an act, and one for the rollback of it, which has no time to load anything. */
const mostReady = 2;
/** Of what a command prints, so many lines are kept. */
const mostLines = 60;

const ofStack = (shown: string): readonly string[] => ["--stack", shownParts(shown).stack];

/** Says which service an act is about, for the command line and for the page. */
function ofService(shown: string): readonly string[] {
  const { service } = shownParts(shown);
  return service === undefined ? [] : ["--app", service];
}

/** Does what the page asks for, each act beside the others, and keeps what they printed. */
export class ActLog {
  readonly #prepare: () => ActProcess;
  readonly #changed: (shown: string) => void;
  readonly #acts = new Map<string, readonly ActView[]>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #ready: ActProcess[] = [];
  #last = 0;
  #isEnding = false;

  /**
   * @param changed told whenever an act of an application begins, prints or ends
   * @param prepare begins a process for one act
   */
  constructor(changed: (shown: string) => void, prepare: () => ActProcess = prepareProcess) {
    this.#changed = changed;
    this.#prepare = prepare;
  }

  /** Loads what the next acts need. */
  prepare(): void {
    while (this.#ready.length < mostReady) this.#ready.push(this.#prepare());
  }

  /** The newest first. */
  of(shown: string): readonly ActView[] {
    return this.#acts.get(shown) ?? [];
  }

  isRunning(shown: string): boolean {
    return this.of(shown).some(({ state }) => state === "running");
  }

  /** Does an act to its end. */
  async do(shown: string, act: Act): Promise<ActView> {
    const id = ++this.#last;
    const began = new Date().toISOString();
    this.#put(shown, {
      id,
      name: act.name,
      command: [...ofService(shown), ...wordsOf(act)].join(" "),
      began,
      state: "running",
      output: "",
    });
    const doing = this.#run(shown, act, id);
    this.#running.add(doing);
    try {
      return this.#change(shown, id, { state: (await doing) ? "done" : "failed" });
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

  async #run(shown: string, act: Act, id: number): Promise<boolean> {
    const print = (line: string) => {
      const { output } = this.#view(shown, id);
      const lines = output === "" ? [line] : [...output.split("\n"), line];
      this.#change(shown, id, { output: lines.slice(-mostLines).join("\n") });
    };
    try {
      const child = this.#ready.shift() ?? this.#prepare();
      const { exitCode } = await child.run([...ofStack(shown), ...ofService(shown), ...wordsOf(act)], print);
      if (!this.#isEnding) this.prepare(); // not beside the act, whose time it would take
      return exitCode === 0;
    } catch (error) {
      print(forLog(String(error)));
      return false;
    }
  }

  #view(shown: string, id: number): ActView {
    return this.of(shown).find((each) => each.id === id) as ActView;
  }

  #put(shown: string, view: ActView): void {
    const isKept = (each: ActView, index: number) => index < mostActs - 1 || each.state === "running";
    this.#acts.set(shown, [view, ...this.of(shown).filter(isKept)]);
    this.#changed(shown);
  }

  #change(shown: string, id: number, to: Partial<ActView>): ActView {
    const changed = { ...this.#view(shown, id), ...to };
    this.#acts.set(
      shown,
      this.of(shown).map((each) => (each.id === id ? changed : each)),
    );
    this.#changed(shown);
    return changed;
  }
}

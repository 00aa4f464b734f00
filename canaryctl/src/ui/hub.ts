import { setTimeout as pause } from "node:timers/promises";
import type { ActView, Snapshot } from "./snapshot.ts";
import type { Read } from "./stack-reader.ts";

/** Gets a snapshot, and then what changes of it. */
export type Send = (event: "snapshot" | "change", data: Partial<Snapshot>) => void;

export interface HubOptions {
  readonly isReadOnly: boolean;
  readonly stacks: () => readonly string[];
  readonly acts: { of(stack: string): readonly ActView[]; isRunning(stack: string): boolean };
  /** Makes a reader of a stack. */
  readonly reader: (stack: string) => { read(): Promise<Read> };
}

const betweenLooksMilliseconds = 1000;
/** While an act runs, and so long after it, the looks are closer: whoever moves a slider sees the dots follow. */
const closeMilliseconds = 250;
const closeFor = 5000;
/** So long after its last window a stack is read on, in milliseconds: a window that is loaded again finds what was counted. */
const restMilliseconds = 20_000;

/** Reads the stacks that somebody looks at, and tells each window what has changed. */
export class Hub {
  readonly #options: HubOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** @returns what ends it */
  subscribe(stack: string, send: Send): () => void {
    const watched = this.#watched.get(stack) ?? new Watched(stack, this.#options, () => this.#watched.delete(stack));
    this.#watched.set(stack, watched);
    return watched.add(send);
  }

  /** Of a stack whose acts have changed. */
  changed(stack: string): void {
    this.#watched.get(stack)?.actsChanged();
  }

  end(): void {
    for (const watched of this.#watched.values()) watched.end();
  }
}

class Watched {
  readonly #options: HubOptions;
  readonly #windows = new Set<Send>();
  readonly #ended = new AbortController();
  #wake = new AbortController();
  #closeUntil = 0;
  #restSince = performance.now();
  #snapshot: Snapshot;

  constructor(stack: string, options: HubOptions, gone: () => void) {
    this.#options = options;
    const { isReadOnly, stacks, acts } = options;
    this.#snapshot = {
      ...{ isReadOnly, stack, stacks: stacks(), acts: acts.of(stack) },
      ...{ release: null, traffic: null, verdict: null, moves: [], trouble: null },
    };
    void this.#follow().finally(gone);
  }

  add(send: Send): () => void {
    this.#windows.add(send);
    send("snapshot", this.#snapshot);
    return () => {
      this.#windows.delete(send);
      if (this.#windows.size === 0) this.#restSince = performance.now();
    };
  }

  actsChanged(): void {
    const { acts } = this.#options;
    const { stack } = this.#snapshot;
    this.#put({ acts: acts.of(stack) });
    this.#closeUntil = performance.now() + closeFor;
    this.#wake.abort();
  }

  end(): void {
    this.#ended.abort();
    this.#wake.abort();
  }

  async #follow(): Promise<void> {
    const { reader, stacks } = this.#options;
    const { stack } = this.#snapshot;
    const read = reader(stack);
    while (!this.#ended.signal.aborted && !this.#isRested()) {
      const began = performance.now();
      this.#put({ ...(await read.read()), stacks: stacks() });
      await this.#pause(began);
    }
  }

  #isRested(): boolean {
    return this.#windows.size === 0 && performance.now() - this.#restSince > restMilliseconds;
  }

  /** From the beginning of one look to that of the next. */
  async #pause(began: number): Promise<void> {
    const isClose = () => this.#options.acts.isRunning(this.#snapshot.stack) || performance.now() < this.#closeUntil;
    const left = () => began + (isClose() ? closeMilliseconds : betweenLooksMilliseconds) - performance.now();
    while (left() > 0 && !this.#ended.signal.aborted) {
      this.#wake = new AbortController();
      await pause(left(), undefined, { signal: this.#wake.signal }).catch(() => {});
    }
  }

  /** Tells what is new of it. */
  #put(to: Partial<Snapshot>): void {
    const before = this.#snapshot;
    const isNew = (key: string) =>
      JSON.stringify(to[key as keyof Snapshot]) !== JSON.stringify(before[key as keyof Snapshot]);
    const change = Object.fromEntries(Object.entries(to).filter(([key]) => isNew(key))) as Partial<Snapshot>;
    if (Object.keys(change).length === 0) return;
    this.#snapshot = { ...before, ...change };
    for (const send of this.#windows) send("change", change);
  }
}

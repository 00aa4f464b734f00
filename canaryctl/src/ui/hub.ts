import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { shownParts } from "./shown.ts";
import type { ActView, ApplicationsView, Snapshot } from "./snapshot.ts";
import type { Reader } from "./stack-reader.ts";

/** Gets a snapshot, and then what changes of it. */
export type Send = (event: "snapshot" | "change", data: Partial<Snapshot>) => void;

export interface HubOptions {
  readonly isReadOnly: boolean;
  readonly stacks: () => readonly string[];
  readonly applications: (stack: string) => ApplicationsView;
  readonly acts: { of(shown: string): readonly ActView[]; isRunning(shown: string): boolean };
  /** Makes a reader of an application. */
  readonly reader: (shown: string) => Reader;
}

const betweenLooksMilliseconds = 1000;
/**
 * Once an act has moved the traffic, and so long after it, the looks are closer, most of them at the traffic alone: whoever moves a slider
 * sees the dots follow.
 */
const closeMilliseconds = 100;
const closeFor = 5000;
/** Before that an act is only asked about: looks would take the time of a small machine that the act itself needs. */
const askingMilliseconds = 50;
/** So long after its last window an application is read on, in milliseconds: a window that is loaded again finds what was counted. */
const restMilliseconds = 20_000;

/** Reads the applications that somebody looks at, by their names as windows show them, and tells each window what has changed. */
export class Hub {
  readonly #options: HubOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** @returns what ends it */
  subscribe(shown: string, send: Send): () => void {
    const watched = this.#watched.get(shown) ?? new Watched(shown, this.#options, () => this.#watched.delete(shown));
    this.#watched.set(shown, watched);
    return watched.add(send);
  }

  /** Of an application whose acts have changed. */
  changed(shown: string): void {
    this.#watched.get(shown)?.actsChanged();
  }

  end(): void {
    for (const watched of this.#watched.values()) watched.end();
  }
}

class Watched {
  readonly #shown: string;
  readonly #options: HubOptions;
  readonly #windows = new Set<Send>();
  readonly #ended = new AbortController();
  #wake = new AbortController();
  #closeUntil = 0;
  /** Whether an act has ended since all was read. */
  #isStale = false;
  #restSince = performance.now();
  #snapshot: Snapshot;

  constructor(shown: string, options: HubOptions, gone: () => void) {
    this.#shown = shown;
    this.#options = options;
    const { isReadOnly, stacks, applications, acts } = options;
    const { stack, service = null } = shownParts(shown);
    this.#snapshot = {
      ...{ isReadOnly, stack, stacks: stacks(), service, applications: applications(stack), acts: acts.of(shown) },
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
    this.#put({ acts: this.#options.acts.of(this.#shown) });
    if (!this.#isActing()) {
      this.#isStale = true;
      this.#lookClosely();
    }
    this.#wake.abort();
  }

  end(): void {
    this.#ended.abort();
    this.#wake.abort();
  }

  async #follow(): Promise<void> {
    const { reader, stacks, applications } = this.#options;
    const read = reader(this.#shown);
    let whole = 0;
    while (!this.#ended.signal.aborted && !this.#isRested()) {
      const began = performance.now();
      const isWhole = !this.#isClose() || this.#isStale || began - whole >= betweenLooksMilliseconds;
      if (isWhole) {
        [whole, this.#isStale] = [began, false];
        const before = this.#snapshot.release?.live;
        const seen = await read.read();
        if (this.#isActing() && before && !isDeepStrictEqual(seen.release?.live, before)) this.#lookClosely();
        this.#put({ ...seen, stacks: stacks(), applications: applications(this.#snapshot.stack) });
      } else this.#put((await read.readTraffic()) ?? {});
      await this.#pause(read, began);
    }
  }

  #isActing(): boolean {
    return this.#options.acts.isRunning(this.#shown);
  }

  #lookClosely(): void {
    this.#closeUntil = performance.now() + closeFor;
  }

  #isClose(): boolean {
    return performance.now() < this.#closeUntil;
  }

  #isRested(): boolean {
    return this.#windows.size === 0 && performance.now() - this.#restSince > restMilliseconds;
  }

  /** From the beginning of one look to that of the next. */
  async #pause(read: Pick<Reader, "hasMoved">, began: number): Promise<void> {
    const left = () => began + (this.#isClose() ? closeMilliseconds : betweenLooksMilliseconds) - performance.now();
    while (left() > 0 && !this.#ended.signal.aborted) {
      this.#wake = new AbortController();
      const isAsking = this.#isActing() && !this.#isClose();
      const wait = isAsking ? Math.min(left(), askingMilliseconds) : left();
      await pause(wait, undefined, { signal: this.#wake.signal }).catch(() => {});
      if (isAsking && (await read.hasMoved())) this.#lookClosely();
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

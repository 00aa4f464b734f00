import { inspect } from "node:util";
import { UnreachableError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { optionsFor } from "../../../canary/judge/config.ts";
import { sharedReads } from "../../../cluster/kube/shared-reads.ts";
import { isSameShare } from "../../../stacks/live/proxies/share.ts";
import { withService } from "../../../stacks/service-commands.ts";
import { readHistory } from "../history/store.ts";
import { countedRoute, type JudgedRoute, Observer } from "../judged/observer.ts";
import { type GlobalOptions, type Lab, openLab, reread } from "../lab.ts";
import { forLog, say } from "../print.ts";
import { readStatus } from "../status.ts";
import { type Move, openMove } from "../strategies/table.ts";
import { printableFor } from "../this-stack.ts";
import type { LiveRoute } from "../traffic/route.ts";
import { shownParts } from "./shown.ts";
import type { Snapshot, VerdictView } from "./snapshot.ts";
import { moveView, releaseView, trafficView, verdictView } from "./views.ts";

/** What is read of an application. */
export type Read = Pick<Snapshot, "release" | "traffic" | "verdict" | "moves" | "trouble">;

/** Reads one application. */
export interface Reader {
  read(): Promise<Read>;
  /**
   * What was read last, with the split and the counts as they are now: what changes while the traffic moves, by fewer requests. Undefined
   * where nothing but `read` tells.
   */
  readTraffic(): Promise<Read | undefined>;
  /** Whether the split is seen to be another one than was read last: one request, where `read` takes ten. */
  hasMoved(): Promise<boolean>;
}

export const nothingRead: Read = { release: null, traffic: null, verdict: null, moves: [], trouble: null };

/** The history is read so often, in milliseconds: a moved route is seen by itself. */
const historyMilliseconds = 3000;
const mostMoves = 20;

/** A conclusion may take one part in so many of the time. */
const concludesAtMost = 20;

/** Evidence of so many looks; then it begins anew, and memory and time stay as they are. */
const mostLooks = 3600;

/** Reads one application again and again, by the readers of `status`, `watch` and `history`. */
export class StackReader implements Reader {
  readonly #named: Pick<GlobalOptions, "stack" | "app">;
  readonly #printable: (text: string) => string;
  readonly #open: typeof openLab;
  #lab: Lab | undefined;
  #counted: Counted | undefined;
  #last = nothingRead;
  /** Reads the split alone; undefined where no look has seen one. */
  #split: (() => Promise<LiveRoute | undefined>) | undefined;
  #history: { readonly moves: Snapshot["moves"]; readonly due: number } = { moves: [], due: 0 };

  /**
   * @param shown its name
   * @param open opens it; called again after an error
   */
  constructor(shown: string, open = openLab) {
    const { stack, service } = shownParts(shown);
    this.#named = service === undefined ? { stack } : { stack, app: service };
    const ofStack = printableFor(stack);
    this.#printable = (text) => ofStack(withService(text, service));
    this.#open = open;
  }

  /** What cannot be read is told in `trouble`, as the command line tells it; while the API server is away beside what was read last. */
  async read(): Promise<Read> {
    try {
      this.#lab ??= this.#open(this.#named);
      this.#last = await this.#readLab(this.#lab);
    } catch (error) {
      if (!(error instanceof UnreachableError)) {
        this.#lab = undefined; // it may be another cluster, or another configuration, by now
        this.#counted = undefined;
        this.#last = nothingRead;
        this.#split = undefined;
      }
      this.#last = { ...this.#last, trouble: this.#textOf(error) };
    }
    return this.#last;
  }

  async readTraffic(): Promise<Read | undefined> {
    const { release } = this.#last;
    if (!release || !this.#split || !this.#counted) return undefined;
    try {
      const [live, counted] = await Promise.all([this.#split(), this.#counted.look()]);
      if (!live) return undefined;
      this.#last = { ...this.#last, ...counted, release: { ...release, live: live.weights } };
      return this.#last;
    } catch {
      return undefined; // `read` tells why
    }
  }

  async hasMoved(): Promise<boolean> {
    const before = this.#last.release?.live;
    if (!this.#split || !before) return false;
    try {
      const now = await this.#split();
      return now !== undefined && !isSameShare(now.weights, before);
    } catch {
      return false; // `read` tells why
    }
  }

  /** An error as the command line prints it. */
  #textOf(error: unknown): string {
    return forLog(error instanceof UserError ? this.#printable(error.toText()) : inspect(error));
  }

  async #readLab(opened: Lab): Promise<Read> {
    const move = await openMove({ ...reread(opened), cluster: sharedReads(opened.cluster) });
    const { lab, strategy } = move;
    const { cluster, config } = lab;
    const { route } = strategy;
    this.#split = route && (() => route.read(opened.cluster, config));
    const [status, live, counted, moves] = await Promise.all([
      readStatus(lab, strategy),
      route?.read(cluster, config),
      this.#count(move, opened),
      this.#moves(lab),
    ]);
    return {
      release: releaseView(status, config, live, this.#printable),
      ...(counted ?? { traffic: null, verdict: null }),
      moves,
      trouble: null,
    };
  }

  async #moves({ cluster, config }: Lab): Promise<Snapshot["moves"]> {
    if (performance.now() < this.#history.due) return this.#history.moves;
    const entries = await readHistory(cluster, config);
    this.#history = {
      moves: entries.slice(0, mostMoves).map(moveView),
      due: performance.now() + historyMilliseconds,
    };
    return this.#history.moves;
  }

  /** Counts at the callers' proxies; undefined where they do not tell the versions apart. */
  async #count(move: Move, opened: Lab) {
    const route = countedRoute(move);
    if (!route) return undefined;
    const { canaryEnabled, canaryImage, strategy, app, namespace, objective } = move.lab.config;
    const about = JSON.stringify([strategy, app, namespace, objective, canaryEnabled && canaryImage]);
    if (this.#counted?.about !== about || this.#counted.isLong) {
      // The counters share no look with the other readers: what one of those waits for is not theirs.
      this.#counted = new Counted(about, { ...move.lab, cluster: opened.cluster }, route);
    }
    return this.#counted.look();
  }
}

/** What was counted of one release. */
class Counted {
  readonly about: string;
  readonly #observer: Observer;
  readonly #edges: readonly number[];
  readonly #since = new Date();
  #verdict: VerdictView | null = null;
  #due = 0;

  constructor(about: string, lab: Lab, route: JudgedRoute) {
    this.about = about;
    this.#observer = new Observer(lab, route, say);
    this.#edges = optionsFor(lab.config).latency.edges;
  }

  get isLong(): boolean {
    return this.#observer.slices.length >= mostLooks;
  }

  async look(): Promise<Pick<Read, "traffic" | "verdict">> {
    const callers = await this.#observer.count();
    const began = performance.now();
    if (began >= this.#due) {
      this.#verdict = verdictView(this.#observer.conclude());
      this.#due = began + concludesAtMost * (performance.now() - began);
    }
    const about = { callers, since: this.#since, lately: this.#observer.lately() };
    return { traffic: trafficView(this.#observer.slices, this.#edges, about), verdict: this.#verdict };
  }
}

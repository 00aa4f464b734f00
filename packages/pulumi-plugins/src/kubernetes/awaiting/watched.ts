import { setTimeout as sleep } from "node:timers/promises";
import type { WatchEvent } from "@canary-lab/kit/kube/api-server";
import { numberAt, textAt } from "../../json.ts";
import { NoMatchError, type Observer, type Selection } from "../api/cluster.ts";
import { isForbidden, isNotFound, messageOf } from "../api/errors.ts";
import { type KubeObject, kindOf, nameOf } from "../objects/objects.ts";
import { reachable, type Session } from "../session.ts";
import type { Readiness, Snapshot } from "./readiness.ts";

/** A right that was given a moment ago may not be known everywhere yet: so often in a row, a second apart, the watch is refused for good. */
const refusals = 5;

const uidOf = (object: KubeObject): string => textAt(object, "metadata", "uid");

/** An object that is being watched, with the objects that its check reads. Every event counts: a state that lasts a moment only is seen. */
export class Watched {
  object: KubeObject;
  isGone = false;
  readonly #before: KubeObject | undefined;
  readonly #related = new Map<string, Map<string, KubeObject>>();
  readonly #changedAt = new Map<string, number>();
  readonly #began = Date.now();

  constructor(object: KubeObject, before: KubeObject | undefined) {
    this.object = object;
    this.#before = before;
  }

  /**
   * The first readiness that ends the wait: ready, failed, or the latest one at the timeout or when the user cancels. Failed, too, where
   * the account may not watch the object: nothing would ever be seen of it.
   */
  async until(
    session: Session,
    [own, ...others]: readonly Selection[],
    urn: string,
    timeoutSeconds: number,
    check: (snapshot: Snapshot) => Readiness,
  ): Promise<Readiness> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, session.cancelled, AbortSignal.timeout(timeoutSeconds * 1000)]);
    let latest: Readiness = { ready: false, status: "", details: [] };
    const ended = new Promise<void>((resolve) => {
      const evaluate = () => {
        const readiness = check(this.#snapshot());
        if (readiness.status !== latest.status) session.engine.status(urn, readiness.status);
        latest = readiness;
        if (readiness.ready || readiness.failed) resolve();
      };
      const pulse = setInterval(evaluate, 500); // some checks depend on the time that has passed
      signal.addEventListener("abort", () => {
        clearInterval(pulse);
        resolve();
      });
      const onRefusal = (error: unknown) => {
        latest = { ready: false, failed: true, status: "", details: [messageOf(error)] };
        resolve();
      };
      if (own)
        this.#follow(
          session,
          own,
          signal,
          { onList: (list) => this.#onOwnList(list), onEvent: (event) => this.#onOwnEvent(event) },
          evaluate,
          onRefusal,
        );
      for (const selection of others) {
        const observer = {
          onList: (list: readonly KubeObject[]) => this.#onList(selection.kind, list),
          onEvent: (event: WatchEvent<KubeObject>) => this.#onEvent(event),
        };
        this.#follow(session, selection, signal, observer, evaluate);
      }
    });
    await ended;
    stop.abort();
    return latest;
  }

  /** Follows a selection until the signal, starting over when the connection fails. @param onRefusal told where it may not be followed */
  async #follow(
    session: Session,
    selection: Selection,
    signal: AbortSignal,
    observer: Observer,
    evaluate: () => void,
    onRefusal?: (error: unknown) => void,
  ): Promise<void> {
    let refused = 0;
    const observe: Observer = {
      onList: (objects) => {
        if (signal.aborted) return;
        observer.onList(objects);
        evaluate();
      },
      onEvent: (event) => {
        if (signal.aborted) return;
        observer.onEvent(event);
        evaluate();
      },
    };
    while (!signal.aborted) {
      try {
        await reachable(session).follow(selection, observe, signal);
        refused = 0;
      } catch (error) {
        refused = isForbidden(error) ? refused + 1 : 0;
        if (refused === refusals) onRefusal?.(error);
        if (error instanceof NoMatchError) observe.onList([]); // the kind itself is gone
        // It may be gone, or not there yet after a start of the API server: what is served is asked again, and decides.
        if (isNotFound(error)) await session.cluster?.discover().catch(() => undefined);
        await sleep(1000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #snapshot(): Snapshot {
    return {
      object: this.object,
      before: this.#before,
      related: (kind) => [...(this.#related.get(kind)?.values() ?? [])],
      quietFor: (kind) => {
        const changed = this.#changedAt.get(kind);
        return changed === undefined ? undefined : Date.now() - changed;
      },
      elapsed: Date.now() - this.#began,
    };
  }

  #onOwnList(objects: readonly KubeObject[]): void {
    const found = objects[0];
    if (!found || uidOf(found) !== uidOf(this.object)) this.isGone = true;
    else this.#take(found);
  }

  #onOwnEvent({ type, object }: WatchEvent<KubeObject>): void {
    if (type === "DELETED") this.isGone = true;
    else if (type !== "BOOKMARK" && uidOf(object) === uidOf(this.object)) this.#take(object);
  }

  /** An older generation than the one being waited for tells nothing. */
  #take(object: KubeObject): void {
    const generation = (one: KubeObject) => numberAt(one, "metadata", "generation") ?? 0;
    if (generation(object) >= generation(this.object)) this.object = object;
  }

  #onList(kind: string, objects: readonly KubeObject[]): void {
    this.#related.set(kind, new Map(objects.map((object) => [nameOf(object), object])));
    if (objects.length > 0) this.#changedAt.set(kind, Date.now());
  }

  #onEvent({ type, object }: WatchEvent<KubeObject>): void {
    if (type === "BOOKMARK") return;
    const known = this.#related.get(kindOf(object)) ?? new Map<string, KubeObject>();
    if (type === "DELETED") known.delete(nameOf(object));
    else known.set(nameOf(object), object);
    this.#related.set(kindOf(object), known);
    this.#changedAt.set(kindOf(object), Date.now());
  }
}

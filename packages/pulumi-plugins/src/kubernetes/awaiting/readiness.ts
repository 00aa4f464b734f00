import type { Selection } from "../api/cluster.ts";
import type { KubeObject } from "../objects/objects.ts";

/** What is known of an object and of those it depends on, at one moment. */
export interface Snapshot {
  readonly object: KubeObject;
  /** The object as it was before the update that is waited for; undefined after a creation. */
  readonly before: KubeObject | undefined;
  /** Related objects of a kind. */
  readonly related: (kind: string) => readonly KubeObject[];
  /** Milliseconds since an object of a kind last changed; undefined when none was seen. */
  readonly quietFor: (kind: string) => number | undefined;
  /** Milliseconds since the waiting began; Infinity for a look without waiting. */
  readonly elapsed: number;
}

export interface Readiness {
  readonly ready: boolean;
  /** It will not become ready any more: no use in waiting. */
  readonly failed?: boolean;
  /** What is being waited for, in a few words. */
  readonly status: string;
  /** Why it is not ready, one line each. */
  readonly details: readonly string[];
}

/** When an object of one kind is ready. Pure: a snapshot in, its readiness out. */
export interface ReadinessCheck {
  /** The objects besides itself that the check reads. */
  readonly watches: (object: KubeObject) => readonly Selection[];
  readonly check: (snapshot: Snapshot) => Readiness;
  /** Whether a refresh runs the check as well. */
  readonly onRead: boolean;
}

export const ready: Readiness = { ready: true, status: "", details: [] };

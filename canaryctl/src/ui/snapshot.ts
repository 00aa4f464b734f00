import type { SideCounts } from "../report/traffic.ts";
/** Percent of the requests. */
export interface Percent {
  readonly stable: number;
  readonly canary: number;
}

/** The acts of the page. `faults` is for the lab's own service alone. */
export const actNames = ["set-traffic", "promote", "rollback", "abort", "retry", "faults"] as const;
export type ActName = (typeof actNames)[number];

/** What the lab's own service can be made to do; each switch sets all of them. */
export const faultNames = ["none", "errors", "latency", "not ready", "crash"] as const;
export type FaultName = (typeof faultNames)[number];

export interface WorkloadView {
  readonly name: string;
  readonly version: string;
  readonly role: string | null;
  readonly ready: number;
  readonly wanted: number;
}

/** What runs, and what is asked for. */
export interface ReleaseView {
  readonly app: string;
  readonly namespace: string;
  readonly target: string;
  readonly strategy: string;
  /** Who moves the traffic, in words. */
  readonly mover: string;
  /** What the two sides run, as their images say it. */
  readonly images: { readonly stable: string; readonly canary: string | null };
  /** The share that the config asks for; null where a controller or a header decides. */
  readonly wanted: Percent | null;
  /** The share that the route gives; null where nothing is deployed. */
  readonly live: Percent | null;
  /** Who wrote the route last, and when, as an ISO time. */
  readonly routeOwner: string | null;
  readonly routeSince: string | null;
  readonly workloads: readonly WorkloadView[];
  /** Weights of the plan, and how long each is kept, such as `1m`; empty where the strategy climbs none. */
  readonly plan: readonly { readonly weight: number; readonly bake: string | null }[];
  /** How far a controller is, in one line; null where people move the traffic. */
  readonly progress: string | null;
  /** What is wrong with it, and what to run. */
  readonly fault: string | null;
  /** What the page may offer. */
  readonly acts: readonly ActName[];
}

/** Requests of one side, and how many of them failed. */
export interface ReadingView {
  readonly requests: number;
  readonly bad: number;
}

/** What the callers' proxies count. */
export interface TrafficView {
  /** Seconds that the last reading spans, and the requests of both sides in it. */
  readonly last: { readonly seconds: number; readonly stable: ReadingView; readonly canary: ReadingView };
  /** Of the last ten seconds. */
  readonly requestsPerSecond: number;
  readonly seen: Percent | null;
  /** Proxies that could be read. */
  readonly callers: number;
  /** ISO time of the first reading. */
  readonly since: string;
  /** Over the last minute. */
  readonly stable: SideCounts;
  readonly canary: SideCounts;
}

export interface EvidenceView {
  readonly name: string;
  /** What it says where its bound is reached. */
  readonly says: "worse" | "good enough";
  /** Null where it is infinite. */
  readonly evidence: number | null;
  readonly bound: number;
}

export interface VerdictView {
  readonly verdict: "pass" | "fail" | "inconclusive";
  readonly reason: string;
  readonly evidence: readonly EvidenceView[];
}

/** An entry of the history. */
export interface MoveView {
  readonly at: string;
  readonly who: string;
  readonly command: string;
  readonly from: string;
  readonly to: string;
  readonly why: string | null;
  readonly failed: string | null;
}

/** A command that the page has started. */
export interface ActView {
  readonly id: number;
  readonly name: ActName;
  /** Such as `set-traffic 70 30`. */
  readonly command: string;
  /** ISO time. */
  readonly began: string;
  /** `failed` is a refusal, too. */
  readonly state: "running" | "done" | "failed";
  /** What the command has printed. */
  readonly output: string;
}

/** The applications of a stack. */
export interface ApplicationsView {
  /** The name of its own; null where its file does not say that. */
  readonly own: string | null;
  readonly services: readonly string[];
}

/** All that the page shows. It is sent whole once, and then what has changed of it, key by key. */
export interface Snapshot {
  readonly isReadOnly: boolean;
  readonly stack: string;
  /** The stacks that there are. */
  readonly stacks: readonly string[];
  /** The service that is shown; null for the stack's own application. */
  readonly service: string | null;
  readonly applications: ApplicationsView;
  /** Null until it was read, and where it cannot be. */
  readonly release: ReleaseView | null;
  /** Null where the callers' proxies do not tell the versions apart, or nothing was read yet. */
  readonly traffic: TrafficView | null;
  readonly verdict: VerdictView | null;
  /** The newest first. */
  readonly moves: readonly MoveView[];
  /** The newest first. */
  readonly acts: readonly ActView[];
  /** Why the stack cannot be read, with what to run. */
  readonly trouble: string | null;
}

import type { WeightOwner } from "../../../canary/strategies.ts";
import type { AskProxy } from "../../../stacks/live/proxies/pod-access.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import type { Lab } from "../lab.ts";
import type { CanaryPods } from "../traffic/pod-answers.ts";
import type { Route } from "../traffic/route.ts";
import type { Workload } from "../traffic/workloads.ts";

export type Say = (line: string) => void;

/** How far a controller is with a release; printed as it is by `status --json`. */
export interface Progress {
  /** Healthy, Paused, Progressing or Degraded. */
  readonly phase: string;
  /** Why, in the controller's words; empty where there is nothing to say. */
  readonly message: string;
  /** Steps that are done, of those that there are; null without steps. */
  readonly step: number | null;
  readonly steps: number;
  readonly paused: boolean;
  /** It stands still until somebody promotes. */
  readonly waiting: boolean;
  readonly aborted: boolean;
  /** The number of the revision that was asked for last; null where the controller has not yet counted it. */
  readonly revision: number | null;
  readonly analysis: readonly {
    readonly kind: string;
    readonly name: string;
    readonly phase: string;
    readonly message: string;
  }[];
  /** Of blue-green: the version that users reach and the one in preview; null where there is none. */
  readonly colours: { readonly active: string | null; readonly preview: string | null } | null;
  /** All of it in one line for people. */
  readonly line: string;
}

/** What runs of an application, as one strategy sees it. */
export interface Release {
  /** The share that the config asks for; undefined where a controller or a header decides. */
  readonly wanted: Share | undefined;
  /** The share that the cluster gives; undefined where nothing is deployed. */
  readonly live: Share | undefined;
  /** Who made it so, such as the field manager that wrote the weights; undefined where nobody did. */
  readonly liveOwner: string | undefined;
  /** What a measurement should see; undefined where nothing can be measured from inside the mesh. */
  readonly expected: Share | undefined;
  /** Percentage points by which the expected share may be missed beside chance, where no coin is tossed for each request. Default 0. */
  readonly tolerance?: number;
  /** The ReplicaSets whose pods are the canary's; undefined where each side has pods of its own. */
  readonly canaryPods?: CanaryPods;
  /** What the two sides are called. */
  readonly names: { readonly stable: string; readonly canary: string };
  readonly workloads: readonly Workload[];
  readonly progress?: Progress;
  /** What is wrong, and what to run; undefined where all is well. */
  readonly fault: string | undefined;
}

export interface PromoteOptions {
  /** Before the bake time is over, and whatever alerts and the judge say. */
  readonly now?: boolean | undefined;
  /** By a verdict that is known already: the judge is not asked again. */
  readonly judged?: boolean;
}

/**
 * What the commands do under one strategy. Each gives one line that says what was done, and throws a UserError where it is refused or
 * fails. `lab.config` holds the changes that the command is about to make.
 */
export interface ReleaseStrategy {
  readonly owner: WeightOwner;
  /** The route by which the config's weight is kept. Absent where a controller, a header or nobody weighs the traffic. */
  readonly route?: Route;
  read(lab: Lab): Promise<Release>;
  /** Waits until the client's pod sends as `release` says: a measurement before that would blame the split for what is on its way. */
  reach(ask: AskProxy, lab: Lab, release: Release): Promise<void>;
  /** Puts back what was changed behind the engine's back, and gives the lab with the config that is in effect. */
  restore(lab: Lab, say: Say): Promise<Lab>;
  setTraffic(lab: Lab, say: Say, options?: Pick<PromoteOptions, "now">): Promise<string>;
  /**
   * Writes a release that its controller has finished to the stack's file; the next update applies it. Absent where no controller finishes
   * one.
   *
   * @returns the lab with the config that is in effect then
   */
  noteFinished?(lab: Lab, say: Say): Promise<Lab>;
  createCanary(lab: Lab, say: Say): Promise<string>;
  deleteCanary(lab: Lab, say: Say): Promise<string>;
  /** One stage further. */
  promote(lab: Lab, say: Say, options?: PromoteOptions): Promise<string>;
  /** To the end: the canary becomes the stable version. */
  promoteFully(lab: Lab, say: Say, options?: PromoteOptions): Promise<string>;
  abort(lab: Lab, say: Say): Promise<string>;
  retry(lab: Lab, say: Say): Promise<string>;
  undo(lab: Lab, say: Say): Promise<string>;
  rollback(lab: Lab, say: Say): Promise<string>;
  /** Sends all traffic to the stable side, in the cluster alone: config and state stay. Absent where only an update can do that. */
  halt?(lab: Lab, say: Say): Promise<void>;
}

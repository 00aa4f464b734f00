import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { UserError } from "@canary-lab/kit/user-error";
import type { ApplicationName } from "../../../canary/application-name.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { AskProxy } from "../../../stacks/live/proxies/pod-access.ts";
import type { ProxyGroup, ProxyProbe } from "../../../stacks/live/proxies/proxies.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import type { PlatformFacts } from "../../../stacks/platform-facts.ts";

/** The split as it is in the cluster. */
export interface LiveRoute {
  readonly weights: Share;
  /** The split that was last asked of the cluster, where that can run ahead of the live one. */
  readonly asked?: Share;
  /** Who wrote it last: a field manager, such as `canary-lab`. */
  readonly owner: string;
  /** When that was. */
  readonly since?: Date;
}

/** The split that was last asked of the cluster, whatever the config says since. */
export const askedShare = ({ asked, weights }: LiveRoute): Share => asked ?? weights;

/** What is wrong where the live split is another one than the config's. */
export const otherThanAsked = "The live route is not what the config asks for.";

/** What splits the traffic where the config says how much the canary gets. */
export interface Route {
  /** Reads the split; undefined where there is none. */
  read(cluster: ClusterClient, of: ApplicationName): Promise<LiveRoute | undefined>;
  /** The split that a config means: its weight, or the nearest that there is. */
  wanted(config: LabConfig): Share;
  /**
   * Puts the split of `config` into the cluster at once: the fast path. It writes the whole object, as the program renders it, under
   * the manager that the program uses too, so that neither takes fields from the other; an object that is not there is made. Absent
   * where only the engine can.
   */
  apply?(cluster: ClusterClient, config: LabConfig): Promise<void>;
  /** Puts back, in the same way, what the route leads by and to. @param platform that the application stands on */
  applyAround?(cluster: ClusterClient, config: LabConfig, platform: PlatformFacts): Promise<void>;
  /** Patterns of the URNs of the route in the engine's state: what a move of the traffic may change. */
  readonly targets: readonly string[];
  /** The proxies by which callers send. Absent where no proxy knows the split. */
  proxies?(config: LabConfig, platform: PlatformFacts): readonly ProxyGroup[];
  /** The proxies that count by pod, where the pods are the share and no proxy knows the split. */
  callersOfPods?(of: ApplicationName): readonly ProxyGroup[];
  /** Asks a proxy for the canary's pods. Absent where the route leads to Services of their own, or to none. */
  knowsCanary?(cluster: ClusterClient, of: ApplicationName): ProxyProbe;
  /** Whether pods of the canary run while it gets nothing, so that they are to be ready before it gets more. */
  readonly hasIdlePods: boolean;
  /** Percentage points by which a right split can be off beside chance. Default 0. */
  readonly tolerance?: number;
  /** Waits until the client's pod sends by the split of `config`. @throws UserError after a minute */
  reach(ask: AskProxy, cluster: ClusterClient, config: LabConfig): Promise<void>;
  /** The error for where there is none. */
  missing(of: ApplicationName): UserError;
}

/** The parts of any object that tell who wrote its fields. */
export interface Managed {
  readonly metadata: {
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly time?: string;
      readonly fieldsV1?: { readonly "f:spec"?: Readonly<Record<string, unknown>> };
    }[];
  };
}

/** The program's own managers: the engine's plugin, whose name has a part that is drawn by lot, and the one by which routes are applied. */
const ownManagers = /^(canary-lab|pulumi)/;

/** Whether somebody else than the program wrote a field last, as {@link lastWrite} has it. */
export const isForeign = (owner: string): boolean => owner !== unknownOwner && !ownManagers.test(owner);

const unknownOwner = "unknown";

/**
 * Who wrote a field of the spec last, and when: the API server notes the time when a manager changes one of its fields. Under server-side
 * apply a list is mostly one value: whoever owns it owns all that is in it.
 */
export function lastWrite({ metadata }: Managed, field: string): Pick<LiveRoute, "owner" | "since"> {
  const owners = (metadata.managedFields ?? []).filter(
    ({ fieldsV1 }) => fieldsV1?.["f:spec"]?.[`f:${field}`] !== undefined,
  );
  const [last] = owners.toSorted((a, b) => (b.time ?? "").localeCompare(a.time ?? ""));
  return { owner: last?.manager ?? unknownOwner, ...(last?.time !== undefined && { since: new Date(last.time) }) };
}

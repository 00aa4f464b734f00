import { setTimeout as pause } from "node:timers/promises";
import type { TrafficSplit, Weight } from "../../../canary/weight.ts";
import { toWeight } from "../../../canary/weight.ts";
import { ApiError, type ClusterClient } from "../../../cluster/kube/client.ts";
import { virtualServicePath } from "../../../cluster/kube/paths.ts";
import { LabError } from "../../../cluster/lab-error.ts";
import { type Version, versions, virtualServiceName } from "../../../components/names.ts";
import { fieldManager, renderVirtualService } from "../../../components/traffic/render-weighted-route.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";

/** The route as it is in the cluster. */
export interface LiveRoute {
  /** Shares in percent. */
  readonly weights: TrafficSplit;
  /** Who wrote the weights last: a field manager, such as `canary-lab`. */
  readonly owner: string;
}

/** The parts of a live VirtualService that are read. */
interface LiveVirtualService {
  readonly metadata: {
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly time?: string;
      readonly fieldsV1?: { readonly "f:spec"?: Readonly<Record<string, unknown>> };
    }[];
  };
  readonly spec?: {
    readonly http?: readonly {
      readonly route?: readonly { readonly destination: { readonly subset?: string }; readonly weight?: number }[];
    }[];
  };
}

/** The parts of the config that say which route is meant. */
export type RouteOf = Pick<LabConfig, "app" | "namespace">;

const routePath = ({ app, namespace }: RouteOf): string => virtualServicePath(namespace, virtualServiceName(app));

/** Reads the route; undefined where there is none. */
export async function readRoute(cluster: ClusterClient, of: RouteOf): Promise<LiveRoute | undefined> {
  const live = await cluster.get<LiveVirtualService>(routePath(of));
  return live && { weights: weightsOf(live), owner: ownerOf(live) };
}

function weightsOf(live: LiveVirtualService): TrafficSplit {
  const destinations = live.spec?.http?.[0]?.route ?? [];
  // Istio reads a route's only destination without a weight as 100, and a missing weight beside others as 0.
  const share = (version: Version): Weight => {
    const found = destinations.find(({ destination }) => destination.subset === version);
    return toWeight(found === undefined ? 0 : (found.weight ?? (destinations.length === 1 ? 100 : 0)));
  };
  return { stable: share(versions.stable), canary: share(versions.canary) };
}

/** Under server-side apply `spec.http` is one value: whoever owns it owns the weights. */
function ownerOf(live: LiveVirtualService): string {
  const owners = (live.metadata.managedFields ?? []).filter(
    ({ fieldsV1 }) => fieldsV1?.["f:spec"]?.["f:http"] !== undefined,
  );
  const [last] = owners.toSorted((a, b) => (b.time ?? "").localeCompare(a.time ?? ""));
  return last?.manager ?? "unknown";
}

/** While istiod restarts, its webhook refuses every write: seen for 10 s after its only replica was killed. */
const patience = { milliseconds: 30_000, betweenTries: 250 } as const;

/**
 * Puts the whole route, as the program renders it, into the cluster: the fast path. It goes under the manager that the program
 * uses too, so that neither takes fields from the other. Tries again while the cluster's own webhooks are down.
 *
 * @throws LabError where there is no route: making one here would stand in the way of the program's
 */
export async function applyRoute(cluster: ClusterClient, config: LabConfig): Promise<void> {
  const path = routePath(config);
  const until = Date.now() + patience.milliseconds;
  for (;;) {
    try {
      await cluster.apply(path, renderVirtualService(config), fieldManager);
      return;
    } catch (error) {
      const isPassing = error instanceof ApiError && error.status >= 500 && Date.now() < until;
      if (!isPassing) throw error;
      await pause(patience.betweenTries);
    }
  }
}

export const noRoute = (of: RouteOf): LabError =>
  new LabError(`There is no VirtualService ${virtualServiceName(of.app)} in namespace ${of.namespace}.`, {
    next: "npx canaryctl up",
  });

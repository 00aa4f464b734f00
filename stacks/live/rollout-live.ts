import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../canary/application-name.ts";
import type { RolloutObject } from "../../canary/rollout/rollout-object.ts";
import { type RouteNames, type RouteObjects, revisionLabel } from "../../canary/rollout/rollout-route.ts";
import { destinationRulePath, replicaSetsPath, rolloutPath, virtualServicePath } from "../../cluster/kube/paths.ts";

/** A Rollout with Istio routing as it is in the cluster, with what it routes by. */
export interface LiveRollout {
  readonly rollout: RoutedRollout;
  /** Undefined where the Rollout is not, or no longer, in charge of a route. */
  readonly route: { readonly objects: RouteObjects; readonly names: RouteNames } | undefined;
  /** The image of the stable revision's pods; undefined before there is one. */
  readonly stableImage: string | undefined;
}

interface IstioRouting {
  readonly managedRoutes?: readonly { readonly name: string }[];
  readonly istio: {
    readonly virtualService: { readonly name: string; readonly routes: readonly string[] };
    readonly destinationRule: {
      readonly name: string;
      readonly stableSubsetName: string;
      readonly canarySubsetName: string;
    };
  };
}

export interface RoutedRollout extends RolloutObject {
  readonly spec: RolloutObject["spec"] & {
    readonly workloadRef?: { readonly scaleDown?: string };
    readonly strategy: { readonly canary?: { readonly trafficRouting?: IstioRouting } };
  };
}

export interface PodTemplate {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** Reads the Rollout of an application; undefined where it has none, or the cluster does not know the kind. */
export async function readLiveRollout(
  client: Pick<ClusterClient, "get">,
  { app, namespace }: ApplicationName,
): Promise<LiveRollout | undefined> {
  const rollout = await client.get<RoutedRollout>(rolloutPath(namespace, app));
  if (!rollout) return undefined;
  const [route, stableImage] = await Promise.all([
    readRoute(client, namespace, rollout.spec.strategy.canary?.trafficRouting),
    readStableImage(client, namespace, rollout.status?.stableRS),
  ]);
  return { rollout, route, stableImage };
}

async function readRoute(
  client: Pick<ClusterClient, "get">,
  namespace: string,
  routing: IstioRouting | undefined,
): Promise<LiveRollout["route"]> {
  if (!routing) return undefined;
  const { virtualService: byWeight, destinationRule: bySubset } = routing.istio;
  const [virtualService, destinationRule] = await Promise.all([
    client.get<RouteObjects["virtualService"]>(virtualServicePath(namespace, byWeight.name)),
    client.get<RouteObjects["destinationRule"]>(destinationRulePath(namespace, bySubset.name)),
  ]);
  if (!virtualService || !destinationRule) return undefined;
  return {
    objects: { virtualService, destinationRule },
    names: {
      route: byWeight.routes[0] ?? "",
      stableSubset: bySubset.stableSubsetName,
      canarySubset: bySubset.canarySubsetName,
      managedRoutes: routing.managedRoutes?.map(({ name }) => name) ?? [],
    },
  };
}

async function readStableImage(
  client: Pick<ClusterClient, "get">,
  namespace: string,
  hash: string | undefined,
): Promise<string | undefined> {
  if (!hash) return undefined;
  const sets = await client.get<{ readonly items: readonly { readonly spec: { readonly template: PodTemplate } }[] }>(
    replicaSetsPath(namespace, { [revisionLabel]: hash }),
  );
  return sets?.items[0] && imageOf(sets.items[0].spec.template);
}

/** The application's own image: the first container's, for sidecars are added behind it. */
export const imageOf = (template: PodTemplate): string | undefined => template.spec.containers[0]?.image;

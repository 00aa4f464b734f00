import { type TrafficSplit, toWeight, type Weight } from "../../../canary/weight.ts";
import { type Version, versions } from "../../../components/names.ts";
import type { RouteOf } from "./route.ts";

/** What is asked of a sidecar's proxy: the routes that it has been told, as it uses them. */
export const routesCommand = ["pilot-agent", "request", "GET", "config_dump?resource=dynamic_route_configs"] as const;

interface RouteDump {
  readonly configs?: readonly {
    readonly route_config?: {
      readonly virtual_hosts?: readonly {
        readonly name?: string;
        readonly routes?: readonly {
          readonly route?: {
            readonly cluster?: string;
            readonly weighted_clusters?: {
              readonly clusters?: readonly { readonly name: string; readonly weight?: number }[];
            };
          };
        }[];
      }[];
    };
  }[];
}

/** The split that a sidecar sends its pod's requests by; undefined while it knows of no split for this host. */
export function sidecarSplit(dump: string, { app, namespace }: RouteOf): TrafficSplit | undefined {
  const hosts =
    (JSON.parse(dump) as RouteDump).configs?.flatMap(({ route_config }) => route_config?.virtual_hosts ?? []) ?? [];
  const route = hosts.find(({ name }) => name?.startsWith(`${app}.${namespace}.svc.`))?.routes?.[0]?.route;
  // A side whose weight is 0 is not told to the sidecar, and the other one then stands alone.
  const clusters = route?.weighted_clusters?.clusters ?? (route?.cluster ? [{ name: route.cluster, weight: 100 }] : []);
  const share = (version: Version): Weight =>
    toWeight(
      clusters.filter(({ name }) => name.split("|")[2] === version).reduce((sum, { weight }) => sum + (weight ?? 0), 0),
    );
  const split = { stable: share(versions.stable), canary: share(versions.canary) };
  return split.stable + split.canary === 100 ? split : undefined;
}

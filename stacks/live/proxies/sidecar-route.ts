import { until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { clientName, type Version, versions } from "../../../components/names.ts";
import type { AskProxy } from "./pod-access.ts";
import type { ProxyGroup } from "./proxies.ts";
import { isSameShare, type Share, shareText } from "./share.ts";

/** What is asked of a sidecar's proxy: the routes that it has been told, as it uses them. */
export const routesPath = "/config_dump?resource=dynamic_route_configs";

interface RouteDump {
  readonly configs?: readonly {
    readonly route_config?: {
      readonly virtual_hosts?: readonly { readonly name?: string; readonly routes?: readonly SidecarRoute[] }[];
    };
  }[];
}

interface SidecarRoute {
  readonly match?: { readonly headers?: readonly unknown[] };
  readonly route?: {
    readonly cluster?: string;
    readonly weighted_clusters?: { readonly clusters?: readonly { readonly name: string; readonly weight?: number }[] };
  };
}

/** A host at any port, as virtual hosts of a proxy are named. */
export const hostAt = (host: string): string => `${host}:`;

/** The Service's name, as callers in the mesh use it. */
const serviceHost = ({ app, namespace }: ApplicationName): string => `${app}.${namespace}.svc.`;

/** What Istio's injector notes on a pod to which it has given a sidecar; a gateway's has it not. */
const injected = { "security.istio.io/tlsMode": "istio" } as const;

/**
 * The sidecars by which the application is called in its own namespace: those of the lab's client, and of whoever else is there. What is made
 * for them all the time, such as looks at their counters, costs a request for each.
 */
export function sidecarCallers({ app, namespace }: ApplicationName): readonly ProxyGroup[] {
  const host = serviceHost({ app, namespace });
  const client = clientName(app);
  return [
    { app, namespace, host, labels: { app: client } },
    { app, namespace, host, labels: injected, without: { app: [app, client] }, mayKnowNothing: true },
  ];
}

/** Whether a proxy has been told of a host at all: a `Sidecar` of Istio's may keep it from a pod that does not call it. */
export const knowsHost = (dump: string, host: string): boolean => routesTo(dump, host).length > 0;

/** What the sides of a split are to a proxy: subsets of the application's Service, or a Service of each. */
export type Sides = "subsets" | "services";

/**
 * The split that a proxy sends requests by; undefined while it knows of no split for this host.
 *
 * @param host by which the application is asked for; default: the Service's name, as callers in the mesh do
 * @param sides of another strategy are no split, while they are on their way out; default: either will do
 */
export function sidecarSplit(
  dump: string,
  { app, namespace }: ApplicationName,
  host = serviceHost({ app, namespace }),
  sides?: Sides,
): Share | undefined {
  const routes = routesTo(dump, host);
  // Routes with conditions are those of targeted users; the split is what everybody else gets, and stands behind them.
  const route = routes.findLast(({ match }) => !match?.headers?.length)?.route;
  // A side whose weight is 0 is not told to the sidecar, and the other one then stands alone.
  const clusters = route?.weighted_clusters?.clusters ?? (route?.cluster ? [{ name: route.cluster, weight: 100 }] : []);
  const total = clusters.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const share = (version: Version): number =>
    clusters
      .filter(({ name }) => isOf(name, app, version, sides))
      .reduce((sum, { weight }) => sum + (100 * (weight ?? 0)) / total, 0);
  const split = { stable: share(versions.stable), canary: share(versions.canary) };
  return Math.abs(split.stable + split.canary - 100) < 0.01 ? split : undefined;
}

function routesTo(dump: string, host: string): readonly SidecarRoute[] {
  const hosts =
    (JSON.parse(dump) as RouteDump).configs?.flatMap(({ route_config }) => route_config?.virtual_hosts ?? []) ?? [];
  return hosts.find(({ name }) => name?.startsWith(host))?.routes ?? [];
}

/** The subsets of the application's own Service that a proxy sends requests to; the empty text where it sends to all of the Service. */
export function sidecarSubsets(dump: string, of: ApplicationName, host: string): readonly string[] {
  const clusters = routesTo(dump, host).flatMap(({ route }) => {
    const weighted = route?.weighted_clusters?.clusters?.filter(({ weight = 0 }) => weight > 0);
    return weighted?.map(({ name }) => name) ?? route?.cluster ?? [];
  });
  const parts = clusters.map((name) => name.split("|"));
  return [...new Set(parts.flatMap(([, , subset = "", at]) => (at?.startsWith(serviceHost(of)) ? subset : [])))];
}

/** Istio names a cluster `outbound|80|SUBSET|HOST`: a side is a subset of the Service, or a Service of its own. */
function isOf(cluster: string, app: string, version: Version, sides?: Sides): boolean {
  const [, , subset, host = ""] = cluster.split("|");
  if (subset === version) return sides !== "services";
  return sides !== "subsets" && subset === "" && host.startsWith(`${app}-${version}.`);
}

const timeout = { seconds: 60, everyMilliseconds: 200 } as const;

/**
 * Waits until the client's sidecar sends by `wanted`: a measurement before that would blame the split for what is only on its way.
 *
 * @param sides as {@link sidecarSplit} takes it: after a change of the strategy the same share may be that of the one before
 * @throws UserError after a minute
 */
export async function waitForSplit(ask: AskProxy, of: ApplicationName, wanted: Share, sides?: Sides): Promise<void> {
  let seen: Share | undefined;
  const look = async () => {
    seen = sidecarSplit(await ask(routesPath), of, undefined, sides);
    return seen && isSameShare(seen, wanted);
  };
  if (await until(look, timeout)) return;
  throw new UserError(
    seen
      ? `The client's sidecar still sends ${shareText(seen)}, where ${shareText(wanted)} is wanted.`
      : `The client's sidecar knows of no split for ${of.app}.`,
    {
      place: `deployment ${of.namespace}/${clientName(of.app)}`,
      next: "npx canaryctl doctor",
    },
  );
}

import type { ApplicationName } from "../../../canary/application-name.ts";
import { destinationRulePath, gatewayPath, virtualServicePath } from "../../../cluster/kube/paths.ts";
import { gatewayName, type Version, versions, virtualServiceName } from "../../../components/names.ts";
import { renderDestinationRule } from "../../../components/traffic/render-sides.ts";
import { renderGateway, renderVirtualService } from "../../../components/traffic/render-weighted-route.ts";
import { fieldManager } from "../../../components/traffic/route-metadata.ts";
import { weightedRule } from "../../../components/traffic/route-rules.ts";
import { istioShares } from "../../../components/traffic/target-shares.ts";
import { istioCallers, knowsCanary } from "../../../stacks/live/proxies/service-pods.ts";
import { type Share, shareOf } from "../../../stacks/live/proxies/share.ts";
import { waitForSplit } from "../../../stacks/live/proxies/sidecar-route.ts";
import { missing } from "../kube/missing.ts";
import { lastWrite, type Managed, type Route } from "./route.ts";

/** The parts of a live VirtualService that are read. */
interface LiveVirtualService extends Managed {
  readonly spec?: { readonly http?: readonly HttpRoute[] };
}

interface HttpRoute {
  readonly name?: string;
  readonly route?: readonly { readonly destination: { readonly subset?: string }; readonly weight?: number }[];
}

const routePath = ({ app, namespace }: ApplicationName): string =>
  virtualServicePath(namespace, virtualServiceName(app));

/** The weights of a VirtualService, whoever owns them. */
export const istioRoute = {
  hasIdlePods: true,
  read: async (cluster, of) => {
    const live = await cluster.get<LiveVirtualService>(routePath(of));
    return live && { weights: weightsOf(live), ...lastWrite(live, "http") };
  },
  wanted: ({ canaryWeight }) => shareOf(canaryWeight),
  apply: async (cluster, config) => {
    await cluster.apply(routePath(config), renderVirtualService(config), fieldManager);
  },
  applyAround: async (cluster, config, { ingress }) => {
    const { app, namespace } = config;
    const sides = renderDestinationRule({ app, namespace, toldApartBy: "version" });
    await Promise.all([
      cluster.apply(destinationRulePath(namespace, app), sides, fieldManager),
      cluster.apply(
        gatewayPath(namespace, gatewayName(app)),
        renderGateway({ app, namespace, ingressLabels: ingress?.labels }),
        fieldManager,
      ),
    ]);
  },
  targets: ["**::route-virtual-service", "**::echo-service"],
  proxies: istioCallers,
  knowsCanary,
  reach: (ask, _cluster, config) => waitForSplit(ask, config, shareOf(config.canaryWeight), "subsets"),
  missing: ({ app, namespace }) => missing("VirtualService", virtualServiceName(app), namespace),
} as const satisfies Route;

/** In front of the route that has the weights stand those of targeted users. */
export function weightsOf({ spec }: Pick<LiveVirtualService, "spec">): Share {
  const http = spec?.http ?? [];
  const targets = istioShares((http.find(({ name }) => name === weightedRule) ?? http.at(-1))?.route ?? []);
  const share = (version: Version): number =>
    targets.filter(({ destination }) => destination.subset === version).reduce((sum, { share }) => sum + share, 0);
  return { stable: share(versions.stable), canary: share(versions.canary) };
}

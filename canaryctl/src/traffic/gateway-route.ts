import type { ApplicationName } from "../../../canary/application-name.ts";
import { apiGatewayPath, httpRoutePath, servicePath } from "../../../cluster/kube/paths.ts";
import { renderApiGateway, renderHttpRoute } from "../../../components/gateway-api/render-http-route.ts";
import { gatewayHost, gatewayName, sideServiceName, type Version, versions } from "../../../components/names.ts";
import { renderSideService } from "../../../components/traffic/render-sides.ts";
import { fieldManager } from "../../../components/traffic/route-metadata.ts";
import { weightedRule } from "../../../components/traffic/route-rules.ts";
import { gatewayShares } from "../../../components/traffic/target-shares.ts";
import { type Share, shareOf } from "../../../stacks/live/proxies/share.ts";
import { hostAt, sidecarCallers, waitForSplit } from "../../../stacks/live/proxies/sidecar-route.ts";
import { missing } from "../kube/missing.ts";
import { lastWrite, type Managed, type Route } from "./route.ts";

/** The parts of a live HTTPRoute that are read. */
interface LiveHttpRoute extends Managed {
  readonly spec?: {
    readonly rules?: readonly {
      readonly name?: string;
      readonly matches?: readonly { readonly headers?: readonly unknown[] }[];
      readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
    }[];
  };
}

const routePath = ({ app, namespace }: ApplicationName): string => httpRoutePath(namespace, app);

/** The weights of a Gateway API HTTPRoute. */
export const gatewayRoute: Route = {
  hasIdlePods: true,
  read: async (cluster, of) => {
    const live = await cluster.get<LiveHttpRoute>(routePath(of));
    return live && { weights: weightsOf(live, of.app), ...lastWrite(live, "rules") };
  },
  wanted: ({ canaryWeight }) => shareOf(canaryWeight),
  apply: async (cluster, config) => {
    await cluster.apply(routePath(config), renderHttpRoute(config), fieldManager);
  },
  applyAround: async (cluster, { app, namespace }) => {
    const sides = Object.values(versions).map((version) => ({
      apiVersion: "v1",
      kind: "Service",
      ...renderSideService({ app, namespace, toldApartBy: "version" }, version),
    }));
    const gateway = renderApiGateway({ app, namespace });
    await Promise.all([
      ...sides.map((side) => cluster.apply(servicePath(namespace, side.metadata.name), side, fieldManager)),
      cluster.apply(apiGatewayPath(namespace, gateway.metadata.name), gateway, fieldManager),
    ]);
  },
  targets: ["**::http-route-route", "**::echo-service"],
  proxies: ({ app, namespace }) => [
    ...sidecarCallers({ app, namespace }),
    {
      app,
      namespace,
      labels: { "gateway.networking.k8s.io/gateway-name": gatewayName(app) },
      host: hostAt(gatewayHost(app, namespace)),
    },
  ],
  reach: (ask, _cluster, config) => waitForSplit(ask, config, shareOf(config.canaryWeight), "services"),
  missing: ({ app, namespace }) => missing("HTTPRoute", app, namespace),
};

function weightsOf({ spec }: LiveHttpRoute, app: string): Share {
  const rules = spec?.rules ?? [];
  const targets = gatewayShares((rules.find(({ name }) => name === weightedRule) ?? rules.at(-1))?.backendRefs ?? []);
  const share = (version: Version): number =>
    targets.filter(({ name }) => name === sideServiceName(app, version)).reduce((sum, { share }) => sum + share, 0);
  return { stable: share(versions.stable), canary: share(versions.canary) };
}

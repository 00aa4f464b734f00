import type { ApplicationName } from "../../canary/application-name.ts";
import { callerStatsAnnotations } from "../mesh/caller-stats.ts";
import { gatewayName, type HostedApplication, hostOf, httpListener, servicePort, sideServiceName } from "../names.ts";
import { type RouteMetadata, routeMetadata } from "../traffic/route-metadata.ts";
import { type RouteRule, type RoutingSpec, routeRules } from "../traffic/route-rules.ts";

/** Where the traffic of one application goes. A `LabConfig` is one, so every caller renders from the same values. */
export interface HttpRouteSpec extends ApplicationName, RoutingSpec {}

export interface HttpRouteManifest {
  readonly apiVersion: "gateway.networking.k8s.io/v1";
  readonly kind: "HTTPRoute";
  readonly metadata: RouteMetadata;
  readonly spec: {
    readonly parentRefs: readonly object[];
    readonly rules: readonly {
      readonly name: string;
      readonly matches?: readonly object[];
      readonly backendRefs: readonly { readonly name: string; readonly port: number; readonly weight: number }[];
    }[];
  };
}

/**
 * The same rules for both ways in: the gateway's, and, with the Service as a parent (GAMMA), callers in the mesh. A Service takes no
 * host names, so the gateway's host is that of its listener.
 */
export function renderHttpRoute(spec: HttpRouteSpec): HttpRouteManifest {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: routeMetadata(spec, spec.app),
    spec: {
      parentRefs: [
        { group: "gateway.networking.k8s.io", kind: "Gateway", name: gatewayName(spec.app) },
        { group: "", kind: "Service", name: spec.app, port: servicePort },
      ],
      rules: routeRules(spec).map((rule) => renderRule(spec.app, rule)),
    },
  };
}

/**
 * A rule without matches is for all requests. Stickiness is not rendered: whether a match by a regular expression and an answer's header for
 * one backend do anything is up to each implementation (Gateway API 1.4, both "Implementation-specific").
 */
const renderRule = (app: string, { name, header, targets }: RouteRule) => ({
  name,
  ...(header &&
    "exact" in header && { matches: [{ headers: [{ type: "Exact", name: header.name, value: header.exact }] }] }),
  backendRefs: targets.map(({ version, weight }) => ({
    name: sideServiceName(app, version),
    port: servicePort,
    weight,
  })),
});

/**
 * A NodePort, for a load balancer's address never comes on a local cluster. Istio runs the gateway's pods in the same namespace and
 * would give them the Gateway's own labels: with `app` among these they would be endpoints of the application.
 */
export function renderApiGateway(spec: HostedApplication) {
  const { annotations, labels, ...metadata } = routeMetadata(spec, gatewayName(spec.app));
  const { app: _, ...own } = labels;
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      ...metadata,
      labels: own,
      annotations: {
        ...annotations,
        "networking.istio.io/service-type": "NodePort",
        // Before that its proxy is not there, and requests to its port are refused.
        "pulumi.com/waitFor": "condition=Programmed",
      },
    },
    spec: {
      gatewayClassName: "istio",
      infrastructure: { annotations: callerStatsAnnotations },
      listeners: [
        {
          ...httpListener,
          protocol: "HTTP",
          hostname: hostOf(spec),
          allowedRoutes: { namespaces: { from: "Same" } },
        },
      ],
    },
  };
}

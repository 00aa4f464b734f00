import type { Weight } from "../../canary/weight.ts";
import {
  gatewayName,
  type HostedApplication,
  hostOf,
  ingressLabels,
  type Version,
  virtualServiceName,
} from "../names.ts";
import { type RouteMetadata, routeMetadata } from "./route-metadata.ts";
import { type RouteRule, type RoutingSpec, routeRules, type WeightedTarget } from "./route-rules.ts";

/** Where the traffic of one application goes. A `LabConfig` is one, so every caller renders from the same values. */
export interface RouteSpec extends HostedApplication, RoutingSpec {}

interface Resource<Kind extends string, Spec> {
  readonly apiVersion: "networking.istio.io/v1";
  readonly kind: Kind;
  readonly metadata: RouteMetadata;
  readonly spec: Spec;
}

export interface WeightedDestination {
  readonly destination: { readonly host: string; readonly subset?: Version };
  readonly weight: Weight;
  readonly headers?: { readonly response: { readonly add: Readonly<Record<string, string>> } };
}

export interface HttpRoute {
  readonly name: string;
  readonly match?: readonly {
    readonly headers: Readonly<Record<string, { readonly exact: string } | { readonly regex: string }>>;
  }[];
  readonly route: readonly WeightedDestination[];
  readonly retries: { readonly attempts: number; readonly retryOn: string };
}

export type VirtualService = Resource<
  "VirtualService",
  {
    readonly hosts: readonly string[];
    readonly gateways: readonly string[];
    readonly http: readonly HttpRoute[];
  }
>;

export type Gateway = Resource<
  "Gateway",
  {
    readonly selector: Readonly<Record<string, string>>;
    readonly servers: readonly {
      readonly port: { readonly number: number; readonly name: string; readonly protocol: "HTTP" };
      readonly hosts: readonly string[];
    }[];
  }
>;

/**
 * Only failures in which the request cannot have reached the application are tried again, on another pod: this hides a pod that
 * comes or goes, and never an error that the canary itself answers, for the canary is judged by those.
 */
export const retries = { attempts: 3, retryOn: "connect-failure,refused-stream,reset-before-request" } as const;

/**
 * The route of the application, in the mesh and through the ingress gateway. Both sides are always named, the one with weight 0 too,
 * so that a change of weight between 1 and 99 is a change of two numbers and of nothing else.
 */
export const renderVirtualService = (spec: RouteSpec): VirtualService =>
  renderRoute(
    spec,
    routeRules(spec).map((rule) => renderRule(spec.app, rule)),
  );

/** The VirtualService of an application with these routes, whatever they lead to. */
export const renderRoute = (spec: HostedApplication, http: readonly HttpRoute[]): VirtualService => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: routeMetadata(spec, virtualServiceName(spec.app)),
  spec: {
    // Istio reads the short name as the Service's full name; giving both would be the same host twice.
    hosts: [spec.app, hostOf(spec)],
    gateways: ["mesh", gatewayName(spec.app)],
    http,
  },
});

/** One rule, whose targets are the subsets of the Service `host`. */
export function renderRule(host: string, { name, header, targets }: RouteRule): HttpRoute {
  return {
    name,
    ...(header && { match: [{ headers: { [header.name]: valueMatch(header) } }] }),
    route: targets.map((target) => renderTarget(host, target)),
    retries,
  };
}

const valueMatch = (header: NonNullable<RouteRule["header"]>) =>
  "exact" in header ? { exact: header.exact } : { regex: header.regex };

/** The cookie is added: setting it would drop those that the application sets. */
const renderTarget = (host: string, { version, weight, setCookie }: WeightedTarget): WeightedDestination => ({
  destination: { host, subset: version },
  weight,
  ...(setCookie && { headers: { response: { add: { "set-cookie": setCookie } } } }),
});

export interface GatewaySpec extends HostedApplication {
  /** Labels of the pods of the ingress gateway; default: those of the lab's own. */
  readonly ingressLabels?: Readonly<Record<string, string>> | undefined;
}

export function renderGateway(spec: GatewaySpec): Gateway {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: routeMetadata(spec, gatewayName(spec.app)),
    spec: {
      selector: spec.ingressLabels ?? ingressLabels,
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [hostOf(spec)] }],
    },
  };
}

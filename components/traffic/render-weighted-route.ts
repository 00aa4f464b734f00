import { splitOf, type Weight } from "../../canary/weight.ts";
import { gatewayHost, gatewayName, ingressLabels, type Version, versions, virtualServiceName } from "../names.ts";

/** The application whose traffic is meant. */
export interface ApplicationName {
  /** Name of the Service, and the host that callers in the mesh use. */
  readonly app: string;
  readonly namespace: string;
}

/** Who changes the weights once the route is made. */
export type RouteOwner = "pulumi" | "rollout-controller";

/** Where the traffic of one application goes. A `LabConfig` is one, so every caller renders from the same values. */
export interface RouteSpec extends ApplicationName {
  readonly canaryWeight: Weight;
}

export interface SubsetSpec extends ApplicationName {
  readonly owner: RouteOwner;
}

/** The manager under which every writer of a route applies it whole: a field has one owner, whichever of them wrote last. */
export const fieldManager = "canary-lab";

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Resource<Kind extends string, Spec> {
  readonly apiVersion: "networking.istio.io/v1";
  readonly kind: Kind;
  readonly metadata: Metadata;
  readonly spec: Spec;
}

export interface WeightedDestination {
  readonly destination: { readonly host: string; readonly subset: Version };
  readonly weight: Weight;
}

export type VirtualService = Resource<
  "VirtualService",
  {
    readonly hosts: readonly string[];
    readonly gateways: readonly string[];
    readonly http: readonly {
      readonly name: string;
      readonly route: readonly [WeightedDestination, WeightedDestination];
      readonly retries: { readonly attempts: number; readonly retryOn: string };
    }[];
  }
>;

export type DestinationRule = Resource<
  "DestinationRule",
  {
    readonly host: string;
    readonly subsets: readonly { readonly name: Version; readonly labels: Readonly<Record<string, string>> }[];
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

/** `managed-by` is what the Kubernetes provider adds; it stands here so that every writer sends the very same object. */
const metadata = (spec: ApplicationName, name: string): Metadata => ({
  name,
  namespace: spec.namespace,
  labels: { app: spec.app, "app.kubernetes.io/managed-by": "pulumi" },
  annotations: { "pulumi.com/patchFieldManager": fieldManager },
});

/**
 * Only failures in which the request cannot have reached the application are tried again, on another pod: this hides a pod that
 * comes or goes, and never an error that the canary itself answers, for the canary is judged by those.
 */
const retries = { attempts: 3, retryOn: "connect-failure,refused-stream,reset-before-request" } as const;

/**
 * The route of the application, in the mesh and through the ingress gateway. Both sides are always named, the one with weight 0 too,
 * so that a change of weight is a change of two numbers and of nothing else.
 */
export function renderVirtualService(spec: RouteSpec): VirtualService {
  const split = splitOf(spec.canaryWeight);
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(spec, virtualServiceName(spec.app)),
    spec: {
      // Istio reads the short name as the Service's full name; giving both would be the same host twice.
      hosts: [spec.app, gatewayHost(spec.app, spec.namespace)],
      gateways: ["mesh", gatewayName(spec.app)],
      http: [
        {
          name: "weighted",
          route: [
            { destination: { host: spec.app, subset: versions.stable }, weight: split.stable },
            { destination: { host: spec.app, subset: versions.canary }, weight: split.canary },
          ],
          retries,
        },
      ],
    },
  };
}

/**
 * Both subsets are there whether or not a canary runs: a sidecar that learns of a route before it learns of the subset answers 503.
 * There is no outlier detection: it would take failing canary pods out of the traffic and so hide what is to be measured.
 */
export function renderDestinationRule(spec: SubsetSpec): DestinationRule {
  // The rollout controller adds the hash of a revision to each, which tells them apart.
  const labels = (version: Version): Readonly<Record<string, string>> =>
    spec.owner === "pulumi" ? { version } : { app: spec.app };
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: metadata(spec, spec.app),
    spec: {
      host: spec.app,
      subsets: Object.values(versions).map((version) => ({ name: version, labels: labels(version) })),
    },
  };
}

export function renderGateway(spec: ApplicationName): Gateway {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: metadata(spec, gatewayName(spec.app)),
    spec: {
      selector: ingressLabels,
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [gatewayHost(spec.app, spec.namespace)] },
      ],
    },
  };
}

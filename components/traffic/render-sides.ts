import type { ApplicationName } from "../../canary/application-name.ts";
import { servicePort, sideServiceName, targetPort, type Version, versions } from "../names.ts";
import { type RouteMetadata, routeMetadata } from "./route-metadata.ts";

export interface SidesSpec extends ApplicationName {
  /**
   * What tells the pods of one side from the other's: the label `version`, the revision's hash, which the rollout controller adds, or
   * nothing, where one workload has all pods.
   */
  readonly toldApartBy: "version" | "revision" | "nothing";
}

export interface DestinationRule {
  readonly apiVersion: "networking.istio.io/v1";
  readonly kind: "DestinationRule";
  readonly metadata: RouteMetadata;
  readonly spec: {
    readonly host: string;
    readonly subsets: readonly { readonly name: Version; readonly labels: Readonly<Record<string, string>> }[];
  };
}

/**
 * Both subsets are there whether or not a canary runs: a sidecar that learns of a route before it learns of the subset answers 503.
 * There is no outlier detection: it would take failing canary pods out of the traffic and so hide what is to be measured.
 */
export function renderDestinationRule(spec: SidesSpec): DestinationRule {
  const subset = (version: Version): DestinationRule["spec"]["subsets"][number] => ({
    name: version,
    labels: spec.toldApartBy === "version" ? { version } : { app: spec.app },
  });
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: routeMetadata(spec, spec.app),
    spec: { host: spec.app, subsets: Object.values(versions).map(subset) },
  };
}

/** A Service for one side, for routes that know no subsets. It may have no pods, so nobody waits for them. */
export function renderSideService(spec: SidesSpec, version: Version) {
  const { annotations, ...metadata } = routeMetadata(spec, sideServiceName(spec.app, version));
  return {
    metadata: { ...metadata, annotations: { ...annotations, "pulumi.com/skipAwait": "true" } },
    spec: {
      selector: { app: spec.app, ...(spec.toldApartBy === "version" && { version }) },
      ports: [{ name: "http", port: servicePort, targetPort, protocol: "TCP" }],
    },
  };
}

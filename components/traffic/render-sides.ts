import type { ApplicationName } from "../../canary/application-name.ts";
import { servicePort, sideServiceName, targetPort, type Version, versions } from "../names.ts";
import type { Labels } from "../workload/render-pod.ts";
import { type RouteMetadata, routeMetadata } from "./route-metadata.ts";

/** What tells the pods of one side from the other's. */
export const ToldApartBy = {
  /** Their labels: `version`, or those that are given for each side. */
  version: "version",
  /** The revision's hash, which the rollout controller adds. */
  revision: "revision",
  /** Nothing, where one workload has all pods. */
  nothing: "nothing",
} as const;
export type ToldApartBy = (typeof ToldApartBy)[keyof typeof ToldApartBy];

export interface SidesSpec extends ApplicationName {
  readonly toldApartBy: ToldApartBy;
  /** All labels that the stable side's pods are selected by, where they are told apart by `version`. Default: `version` and `app`. */
  readonly stableLabels?: Labels | undefined;
  /** As `stableLabels`, of the canary's pods. */
  readonly canaryLabels?: Labels | undefined;
}

/** The labels that all pods of a side have, and none of the other side's. */
function sideLabels({ toldApartBy, stableLabels, canaryLabels }: SidesSpec, version: Version): Labels | undefined {
  if (toldApartBy !== "version") return undefined;
  return version === versions.stable ? stableLabels : canaryLabels;
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
    labels: sideLabels(spec, version) ?? (spec.toldApartBy === "version" ? { version } : { app: spec.app }),
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
      selector: sideLabels(spec, version) ?? { app: spec.app, ...(spec.toldApartBy === "version" && { version }) },
      ports: [{ name: "http", port: servicePort, targetPort, protocol: "TCP" }],
    },
  };
}

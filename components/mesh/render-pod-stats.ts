import type { ApplicationName } from "../../canary/application-name.ts";
import { type RouteMetadata, routeMetadata } from "../traffic/route-metadata.ts";

export interface PodStatsFilter {
  readonly apiVersion: "networking.istio.io/v1alpha3";
  readonly kind: "EnvoyFilter";
  readonly metadata: RouteMetadata;
  readonly spec: {
    readonly configPatches: readonly {
      readonly applyTo: "CLUSTER";
      readonly match: { readonly context: "SIDECAR_OUTBOUND"; readonly cluster: { readonly service: string } };
      readonly patch: { readonly operation: "MERGE"; readonly value: object };
    }[];
  };
}

/**
 * Makes the sidecars of the application's namespace show what they count of each pod behind its Service, some ten series for each pod. Envoy
 * counts that anyway, and Prometheus gets it where a Service is told to; no setting of Istio's does that.
 */
export const renderPodStats = ({ app, namespace }: ApplicationName): PodStatsFilter => ({
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: routeMetadata({ app, namespace }, `${app}-pod-stats`),
  spec: {
    configPatches: [
      {
        applyTo: "CLUSTER",
        match: { context: "SIDECAR_OUTBOUND", cluster: { service: `${app}.${namespace}.svc.cluster.local` } },
        patch: { operation: "MERGE", value: { track_cluster_stats: { per_endpoint_stats: true } } },
      },
    ],
  },
});

import type { NodeLayout } from "../node/layout.ts";
import type { ChartDefault } from "./edits.ts";

/** A chart of the mirror. */
export interface MirrorChart {
  /** Name under which it is published. */
  readonly name: string;
  /** Its folder in the Istio module. */
  readonly source: string;
  readonly defaults: readonly ChartDefault[];
}

/** Where the pod network's parts are on the node: see `NodeLayout`. */
export type CniFolders = Pick<NodeLayout, "cniConfiguration" | "cniPlugins">;

/** Where Istio's release images are published. */
const istioHub = "docker.io/istio";

/**
 * Istio's charts, by the name that its chart repository uses. A release differs from the module's sources in version, hub
 * and tag. The mirror's istiod differs further, for its proxies run upstream Envoy: Istio's own filters (telemetry,
 * metadata exchange, ALPN) are compiled into Istio's Envoy only, and a listener that names one would be rejected.
 */
export const mirrorCharts = (version: string): readonly MirrorChart[] => [
  { name: "base", source: "manifests/charts/base", defaults: [] },
  {
    name: "istiod",
    source: "manifests/charts/istio-control/istio-discovery",
    defaults: [
      { path: ["global", "hub"], value: istioHub },
      { path: ["global", "tag"], value: version },
      { path: ["telemetry", "enabled"], value: false },
      { path: ["env", "PILOT_ENABLE_METADATA_EXCHANGE"], value: "false" },
      { path: ["env", "PILOT_ENABLE_ALPN_FILTER"], value: "false" },
    ],
  },
  {
    name: "gateway",
    source: "manifests/charts/gateway",
    // The pod's image is "auto" until istiod fills it in, which Kubernetes takes for a latest tag, to be pulled always: but
    // here it is preloaded, and there is nowhere to pull it from.
    defaults: [{ path: ["imagePullPolicy"], value: "IfNotPresent" }],
  },
];

/** The chart of Istio's CNI agent; it looks for the pod network where this node has it. */
export const cniChart = (version: string, { cniConfiguration, cniPlugins }: CniFolders): MirrorChart => ({
  name: "cni",
  source: "manifests/charts/istio-cni",
  defaults: [
    { path: ["global", "hub"], value: istioHub },
    { path: ["global", "tag"], value: version },
    { path: ["cniConfDir"], value: cniConfiguration },
    { path: ["cniBinDir"], value: cniPlugins },
  ],
});

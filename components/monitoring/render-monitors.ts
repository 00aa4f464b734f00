import { systemNamespace } from "../mesh/render-istio.ts";
import { rolloutsLabel } from "../names.ts";
import { monitoringNamespace, scrapeSeconds } from "./render-kube-prometheus-stack.ts";

/** Pods that Prometheus scrapes at one of their ports. */
export interface PodMonitor {
  readonly apiVersion: "monitoring.coreos.com/v1";
  readonly kind: "PodMonitor";
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    /** Label of the pods whose value becomes the label `job`; without it, `job` is the monitor's own namespace and name. */
    readonly jobLabel?: string;
    readonly namespaceSelector?: { readonly any: true } | { readonly matchNames: readonly string[] };
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly {
      readonly port: string;
      readonly path: string;
      readonly interval: string;
      readonly relabelings?: readonly Relabeling[];
    }[];
  };
}

/** A label of the series from what Prometheus knows of the pod. */
export interface Relabeling {
  readonly sourceLabels: readonly [string];
  /** What the source must match. Default: anything, and nothing as well. */
  readonly regex?: string;
  readonly targetLabel: string;
}

/** A PodMonitor at the lab's pace. `port` is a container port's name, of sidecars too. */
export function renderPodMonitor(
  metadata: PodMonitor["metadata"],
  endpoint: { readonly port: string; readonly path?: string; readonly relabelings?: readonly Relabeling[] },
  pods: Omit<PodMonitor["spec"], "podMetricsEndpoints">,
): PodMonitor {
  const { port, path = "/metrics", relabelings } = endpoint;
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata,
    spec: {
      ...pods,
      podMetricsEndpoints: [{ port, path, interval: `${scrapeSeconds}s`, ...(relabelings && { relabelings }) }],
    },
  };
}

/** Where Istio's proxies, sidecars and gateways alike, have their counters. */
export const proxyEndpoint = { port: "http-envoy-prom", path: "/stats/prometheus" } as const;

/** Prometheus' job of each monitor of the platform. */
export const jobs = {
  proxies: `${monitoringNamespace}/envoy`,
  istiod: `${monitoringNamespace}/istiod`,
  rollouts: `${monitoringNamespace}/argo-rollouts`,
} as const;

/** What every application of the mesh is observed by, whether or not it has metrics of its own. */
export function renderPlatformMonitors(): readonly PodMonitor[] {
  const named = (job: string) => ({ name: job.replace(`${monitoringNamespace}/`, ""), namespace: monitoringNamespace });
  return [
    // Sidecars, ingress gateways and those of the Gateway API carry different labels; the port's name is what they share.
    renderPodMonitor(named(jobs.proxies), proxyEndpoint, { namespaceSelector: { any: true }, selector: {} }),
    renderPodMonitor(
      named(jobs.istiod),
      { port: "http-monitoring" },
      { namespaceSelector: { matchNames: [systemNamespace] }, selector: { matchLabels: { app: "istiod" } } },
    ),
    // In any namespace, for the controller may be installed for one alone.
    renderPodMonitor(
      named(jobs.rollouts),
      { port: "metrics" },
      { namespaceSelector: { any: true }, selector: { matchLabels: { [rolloutsLabel.key]: rolloutsLabel.value } } },
    ),
  ];
}

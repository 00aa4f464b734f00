import { reportedVersion } from "../components/image/render-built-image.ts";
import type { ServiceMetrics } from "../components/slo/render-rules.ts";
import { portsOf, probePathsOf, versionedEcho } from "../components/workload/service-spec.ts";
import type { LabConfig } from "./config/schema.ts";

/**
 * What the service of a stack counts itself: null for nothing, undefined for what versioned-echo counts. A `service` that says nothing of
 * metrics has those of its image where that is versioned-echo, and else none.
 */
export function metricsOf({
  service,
  stableImage,
}: Pick<LabConfig, "service" | "stableImage">): ServiceMetrics | null | undefined {
  if (!service) return undefined;
  if (!service.metrics) return reportedVersion(stableImage) === undefined ? null : undefined;
  const { port: _, ...metrics } = service.metrics;
  const paths = [...Object.values(probePathsOf(service)), metrics.path].map((path) => path.replace(/\?.*/, ""));
  return {
    ...metrics,
    port: portsOf(service).metrics === undefined ? "http" : "metrics",
    // A dot for what a regular expression, or the text that it stands in, would read as something else.
    operationalRoutes: [...new Set(paths)].map((path) => path.replace(/[^\w/-]/g, ".")).join("|"),
  };
}

/** The port of the container that Prometheus scrapes; undefined where the service has no metrics. */
export function metricsPortOf(config: Pick<LabConfig, "service" | "stableImage">): number | undefined {
  if (metricsOf(config) === null) return undefined;
  const ports = portsOf(config.service ?? versionedEcho);
  return ports.metrics ?? ports.http;
}

import type { ApplicationName } from "../application-name.ts";
/**
 * One place where requests are counted. Every query is built from these parts, so that each can be asked at either place.
 * A selector holds label matchers without braces, such as `namespace="canary-lab"`.
 */
export interface Source {
  readonly name: "application" | "caller";
  /** The label whose values tell the versions apart. */
  readonly label: "version" | "cluster_name";
  /** Name of the counter of requests. */
  readonly requests: string;
  /** Matchers of every series that counts: those of `app`, and no request of the platform's own. */
  readonly selector: string;
  /** Further matchers of the requests that failed. */
  readonly failed: string;
  /** Name of the histogram of durations, without `_bucket`. */
  readonly duration: string;
  /** Matchers of the histogram's series. */
  readonly durationSelector: string;
  /** What the histogram's unit is multiplied by to give milliseconds. */
  readonly milliseconds: 1 | 1000;
}

/** How a service names what it counts. */
export interface MetricNames {
  /** Its counter of requests. */
  readonly requests: string;
  /** Its histogram of durations, without `_bucket`. */
  readonly duration: string;
  readonly unit: "seconds" | "milliseconds";
  /** The counter's label with the status code of the answer. */
  readonly statusLabel: string;
  /** The label of both with the route of the request, where they have one. */
  readonly routeLabel: string;
  /** Endpoints for the platform, as a regular expression: probes and scrapes would water down the error rate. */
  readonly operationalRoutes: string;
}

const versionedEchoMetrics: MetricNames = {
  requests: "http_requests_total",
  duration: "http_request_duration_seconds",
  unit: "seconds",
  statusLabel: "status_code",
  routeLabel: "route",
  operationalRoutes: "/health|/metrics|/faults",
};

/** An application that counts its requests itself. */
export interface CountingApplication extends ApplicationName {
  /** Default, for null as well: as versioned-echo does. */
  readonly metrics?: MetricNames | null | undefined;
}

/**
 * The application's own metrics, by the version of its image. They miss what never reached a pod.
 *
 * @param version only this one; a placeholder of an AnalysisTemplate is fine
 */
export function applicationSource({ app, namespace, ...given }: CountingApplication, version?: string): Source {
  const metrics = given.metrics ?? versionedEchoMetrics;
  const selector = [
    `namespace="${namespace}"`,
    `job="${app}"`,
    `${metrics.routeLabel}!~"${metrics.operationalRoutes}"`,
    ...(version === undefined ? [] : [`version="${version}"`]),
  ].join(",");
  return {
    name: "application",
    label: "version",
    requests: metrics.requests,
    selector,
    failed: `${metrics.statusLabel}=~"5.."`,
    duration: metrics.duration,
    durationSelector: selector,
    milliseconds: metrics.unit === "seconds" ? 1000 : 1,
  };
}

/** One of the places that the callers' proxies send to: a Service by its short name, and a subset, which is empty where there is none. */
export interface Upstream {
  readonly host: string;
  readonly subset: string;
}

/**
 * Envoy's counters at the callers (sidecars and gateways), by what Envoy calls a cluster: Service and subset. They need nothing from
 * the application and count what users feel, a pod that is not there included. Only proxies with `callerStatsAnnotations` have them.
 *
 * @param upstream only this one; placeholders of an AnalysisTemplate are fine
 */
export function callerSource({ app, namespace }: ApplicationName, upstream?: Upstream): Source {
  const host = (name: string) => `${name}.${namespace}.svc.cluster.local`;
  // Strategies without subsets have a Service per version instead: `<app>-v1`, `<app>-active` and so on.
  const cluster = upstream
    ? `cluster_name="outbound|80|${upstream.subset}|${host(upstream.host)}"`
    : `cluster_name=~"outbound[|]80[|][^|]*[|]${host(`${app}(-[a-z0-9]+)?`).replaceAll(".", "[.]")}"`;
  return {
    name: "caller",
    label: "cluster_name",
    // Counts answers, those made up by the proxy itself when there is no pod included, once per class and once per code.
    requests: "envoy_cluster_upstream_rq",
    selector: `${cluster},response_code_class!=""`,
    failed: 'response_code_class="5xx"',
    duration: "envoy_cluster_upstream_rq_time",
    durationSelector: cluster,
    milliseconds: 1,
  };
}

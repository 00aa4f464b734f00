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

/** The application's own endpoints for the platform; probes and scrapes would water down the error rate. */
const operationalRoutes = "/health|/metrics|/faults";

/**
 * The application's own metrics, by the version that the image gives itself. They miss what never reached a pod.
 *
 * @param version only this one; a placeholder of an AnalysisTemplate is fine
 */
export function applicationSource({ app, namespace }: ApplicationName, version?: string): Source {
  const selector = [
    `namespace="${namespace}"`,
    `job="${app}"`,
    `route!~"${operationalRoutes}"`,
    ...(version === undefined ? [] : [`version="${version}"`]),
  ].join(",");
  return {
    name: "application",
    label: "version",
    requests: "http_requests_total",
    selector,
    failed: 'status_code=~"5.."',
    duration: "http_request_duration_seconds",
    durationSelector: selector,
    milliseconds: 1000,
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

import { ApiError } from "@canary-lab/kit/kube/client";
import { edgesFor } from "../../../../canary/judge/config.ts";
import type { Series } from "../../../../canary/judge/counters/matrix.ts";

/** Requests in a second of one side. */
interface Rate {
  readonly good: number;
  readonly bad: number;
}

export interface Counted {
  /** Before Prometheus' now. Default: 60. */
  readonly seconds?: number;
  readonly stable?: Rate;
  readonly canary?: Rate;
  /** Seconds before now at which the canary's pods were made. Default: 3600. */
  readonly podAge?: number;
  /** Seconds before now of the last rollback; by default there was none. */
  readonly rolledBack?: number;
  readonly isAway?: boolean;
  /** Whether an address of the canary's was one of the stable side's before. */
  readonly isReused?: boolean;
}

/** By Prometheus' own clock. */
export const now = 1_795_830_763.63;

const iso = (ago: number): string => new Date((now - ago) * 1000).toISOString();

/**
 * A cluster with a canary and a Prometheus that has scraped one caller's proxy each 5 seconds, in the shape in which Prometheus 3 answers:
 * Envoy's counters of `versioned-echo` in its subsets v1 and v2, and of the one pod of each side. `asked` has the paths.
 */
export function countedCluster({
  seconds = 60,
  stable = { good: 90, bad: 0 },
  canary = { good: 10, bad: 0 },
  podAge = 3600,
  rolledBack,
  isAway = false,
  isReused = false,
}: Counted = {}) {
  const asked: string[] = [];
  const series = (start: number, end: number, query: string): readonly Series[] => {
    if (query.includes("up{")) return scraped(isReused, end);
    const isLatency = query.includes("_bucket");
    const isByPod = query.includes("endpoint");
    return Object.entries({ v1: stable, v2: canary }).flatMap(([subset, { good, bad }]) => {
      const upstream = (of: string) => `outbound|80|${of}|versioned-echo.canary-lab.svc.cluster.local`;
      const caller = {
        app: "versioned-echo-client",
        ...(isByPod
          ? { envoy_cluster_name: `${upstream("")};`, envoy_endpoint_address: `${addresses[subset]}:8080` }
          : { cluster_name: upstream(subset) }),
        instance: "10.42.0.31:15090",
        job: "monitoring/envoy",
        namespace: "canary-lab",
        pod: "versioned-echo-client-6d5f-x2x9k",
      };
      const counter = (labels: Readonly<Record<string, string>>, rate: number): Series => ({
        metric: { ...caller, ...labels },
        values: Array.from({ length: Math.floor((end - start) / 5) + 1 }, (_, index) => start + 5 * index)
          .filter((time) => time >= now - seconds)
          .map((time) => [time, String(1000 + Math.round(rate * (time - (now - seconds))))] as const),
      });
      const name = (text: string) => ({ __name__: text });
      if (isByPod)
        return [
          counter(name("envoy_cluster_endpoint_rq_success"), good),
          counter(name("envoy_cluster_endpoint_rq_error"), bad),
        ];
      if (!isLatency)
        return [
          counter({ ...name("envoy_cluster_upstream_rq"), response_code_class: "2xx" }, good),
          ...(bad > 0 ? [counter({ ...name("envoy_cluster_upstream_rq"), response_code_class: "5xx" }, bad)] : []),
        ];
      return [...edgesFor(250), Number.POSITIVE_INFINITY].map((edge) => {
        const le = Number.isFinite(edge) ? (Number.isInteger(edge) ? `${edge}.0` : String(edge)) : "+Inf";
        return counter({ ...name("envoy_cluster_upstream_rq_time_bucket"), le }, edge < 5 ? 0 : good + bad);
      });
    });
  };
  const get = async <T>(path: string): Promise<T | undefined> => {
    asked.push(path);
    if (path.includes("/pods?")) return { items: [{ metadata: { creationTimestamp: iso(podAge) } }] } as T;
    if (path.includes("/configmaps/")) return (rolledBack === undefined ? undefined : marked(rolledBack)) as T;
    const [, what, query] = /services\/prometheus:9090\/proxy\/api\/v1\/(\w+)\?(.*)$/.exec(path) ?? [];
    if (what === undefined) throw new Error(`nothing is there for ${path}`);
    if (isAway) throw new ApiError(503, 'no endpoints available for service "prometheus:9090"', `GET ${path}`);
    if (what === "query") return { status: "success", data: { resultType: "scalar", result: [now, String(now)] } } as T;
    const range = new URLSearchParams(query);
    const result = series(Number(range.get("start")), Number(range.get("end")), range.get("query") ?? "").filter(
      ({ values }) => values.length > 0,
    );
    return { status: "success", data: { resultType: "matrix", result } } as T;
  };
  return { get, asked };
}

const addresses: Readonly<Record<string, string>> = { v1: "10.42.0.32", v2: "10.42.0.33" };

/** Of each pod of both sides, by the two jobs that scrape it, and of one that is gone. */
const scraped = (isReused: boolean, time: number): readonly Series[] =>
  [
    ["v1-6d5f-x2x9k", "10.42.0.32"],
    ["v1-6d5f-gone1", isReused ? "10.42.0.33" : "10.42.0.40"],
    ["v2-5c44-q8w7e", "10.42.0.33"],
  ].flatMap(([pod, address]) =>
    ["15090", "8080"].map((port) => ({
      metric: { namespace: "canary-lab", pod: `versioned-echo-${pod}`, instance: `${address}:${port}` },
      values: [[time, "1"] as const],
    })),
  );

const marked = (ago: number) => ({
  metadata: {
    annotations: { "canary-lab/rolled-back": `${iso(ago)} 1` },
    managedFields: [
      { time: iso(ago), fieldsV1: { "f:metadata": { "f:annotations": { "f:canary-lab/rolled-back": {} } } } },
    ],
  },
});

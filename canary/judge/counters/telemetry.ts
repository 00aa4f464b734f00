import type { ApplicationName } from "../../application-name.ts";
import { callerSource } from "../../slo/source.ts";
import type { Labels } from "./matrix.ts";

/** Whose counters are read: Istio's own metrics at the callers, or the counters that the callers' Envoy has of each upstream. */
export const telemetryNames = ["istio", "envoy"] as const;
export type TelemetryName = (typeof telemetryNames)[number];

/** One release as its callers see it. */
export interface Release {
  readonly telemetry: TelemetryName;
  readonly namespace: string;
  /** With Istio's metrics the value of the pods' label `app`, or undefined for any; with Envoy's the name of the Service. */
  readonly app: string | undefined;
  /** The label whose values tell the versions apart. */
  readonly by: string;
  /** Value of that label, in which `*` stands for anything. With Envoy's counters a name without `|` is a subset of the Service. */
  readonly stable: string;
  readonly canary: string;
}

/** The label that tells the versions apart where nothing else is said. */
export const versionLabels: Readonly<Record<TelemetryName, string>> = {
  istio: "destination_version",
  envoy: "cluster_name",
};

export type Side = "stable" | "canary";

/** How the counters of a release are asked for, and how their series are read. */
export interface Telemetry {
  /** Selectors in PromQL: counters of requests, and the buckets of their latency in milliseconds. */
  readonly requests: string;
  readonly durations: string;
  /** Names of the counter, and of the histogram without `_bucket`. */
  readonly names: { readonly requests: string; readonly durations: string };
  /** Whether a series of the counter is one that {@link requests} asks for: what is counted twice is counted once. */
  readonly isCounted: (labels: Labels) => boolean;
  /** Undefined for a series of neither side, or of both. */
  readonly sideOf: (labels: Labels) => Side | undefined;
  readonly isBad: (labels: Labels) => boolean;
}

/** Statuses of gRPC that are the server's fault, as OpenTelemetry counts them: the HTTP status of such an answer is 200. */
const badGrpcStatuses = new Set(["2", "4", "12", "13", "14", "15"]);

/** @param edges upper edges of the buckets to ask for, in milliseconds */
export function telemetryOf(release: Release, edges: readonly number[]): Telemetry {
  const { telemetry, namespace, app = "", by } = release;
  const patterns = { stable: patternOf(release, release.stable), canary: patternOf(release, release.canary) };
  const matching = { stable: new RegExp(`^(?:${patterns.stable})$`), canary: new RegExp(`^(?:${patterns.canary})$`) };
  const source = callerSource({ app, namespace });
  const names =
    telemetry === "envoy"
      ? { requests: source.requests, durations: source.duration }
      : { requests: "istio_requests_total", durations: "istio_request_duration_milliseconds" };
  const matchers = [
    `${by}=~${quoted(`${patterns.stable}|${patterns.canary}`)}`,
    ...(telemetry === "istio"
      ? [
          'reporter="source"',
          `destination_workload_namespace=${quoted(namespace)}`,
          ...(app === "" ? [] : [`destination_app=${quoted(app)}`]),
        ]
      : []),
  ];
  // Envoy counts each answer twice, by its class and by its code.
  const once = telemetry === "envoy" ? ['response_code_class!=""'] : [];
  return {
    requests: `${names.requests}{${[...matchers, ...once].join(",")}}`,
    durations: `${names.durations}_bucket{${[...matchers, `le=~${quoted(edgePattern(edges))}`].join(",")}}`,
    names,
    isCounted: ({ response_code_class = "" }) => telemetry === "istio" || response_code_class !== "",
    sideOf: (labels) => {
      const value = labels[by] ?? "";
      const isStable = matching.stable.test(value);
      if (isStable === matching.canary.test(value)) return undefined;
      return isStable ? "stable" : "canary";
    },
    isBad: ({ response_code_class, response_code = "", grpc_response_status = "" }) =>
      response_code_class === "5xx" || /^5..$/.test(response_code) || badGrpcStatuses.has(grpc_response_status),
  };
}

/** Prometheus 3 writes the edge of a bucket with its fraction, its forerunners as it was scraped. */
const edgePattern = (edges: readonly number[]) => `(${edges.map(escaped).join("|")})([.]0)?|[+]Inf`;

function patternOf({ telemetry, namespace, app = "" }: Release, name: string): string {
  if (telemetry === "istio" || name.includes("|")) return globPattern(name);
  return upstreamPattern({ app, namespace }, name);
}

/** What Envoy calls a Service to which it sends, at any port. @param subset of it; empty for the Service as a whole */
export const upstreamPattern = ({ app, namespace }: ApplicationName, subset: string): string =>
  `${escaped("outbound|")}[0-9]+${globPattern(`|${subset}|${app}.${namespace}.svc.*`)}`;

const globPattern = (glob: string) => glob.split("*").map(escaped).join(".*");

/** Read alike by RE2 and by JavaScript. */
export const escaped = (text: string | number) => String(text).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export const quoted = (text: string) => JSON.stringify(text);

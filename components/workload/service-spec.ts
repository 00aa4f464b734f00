import type { MetricNames } from "../../canary/slo/source.ts";

/** When a probe asks, and when it gives up; what is left out is the default of the probe. */
export interface ProbeSpec {
  /** Absolute, with a query where there is one. Default: the service's `healthPath`. */
  readonly path?: string | undefined;
  /** Seconds between two requests, at least 1. Default: 1 at the start, 2 for readiness, 10 for liveness. */
  readonly periodSeconds?: number | undefined;
  /** Seconds that an answer may take, at least 1. Default: 1, which is Kubernetes' own. */
  readonly timeoutSeconds?: number | undefined;
  /** Failures in a row that count, at least 1. Default: 60 at the start, 2 for readiness, 3 for liveness. */
  readonly failureThreshold?: number | undefined;
}

/** A value of an environment variable: as it is, or a key of a Secret in the application's namespace. */
export type EnvironmentValue = string | { readonly secret: string; readonly key: string };

/** What a service counts, by its own names; see `MetricNames`. */
export interface MetricsSpec extends Omit<MetricNames, "operationalRoutes"> {
  /** Port of the container that has them. Default: that of the requests. */
  readonly port?: number | undefined;
  readonly path: string;
}

/** Quantities as Kubernetes writes them, such as `20m` and `64Mi`. */
type Quantities = {
  readonly cpu?: string;
  readonly memory: string;
};

/** How an HTTP service runs, whatever image it is. */
export interface ServiceSpec {
  /** Port of the container that requests go to, 1..65535. */
  readonly port: number;
  /** Absolute path that answers with 200..399 where the pod can take requests. Default: those of versioned-echo. */
  readonly healthPath?: string | undefined;
  readonly probes: {
    readonly startup?: ProbeSpec | undefined;
    readonly readiness?: ProbeSpec | undefined;
    readonly liveness?: ProbeSpec | undefined;
  };
  /** In place of the image's entry point. Default: the image's. */
  readonly command?: readonly string[] | undefined;
  /** Default: those of the image. */
  readonly args?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, EnvironmentValue>> | undefined;
  readonly resources: { readonly requests: Required<Quantities>; readonly limits: Quantities };
  /** Number of the user, and of the group, that the container runs as: not 0, which is root. */
  readonly user: number;
  readonly readOnlyRootFilesystem: boolean;
  /** What the load client asks for when a split is measured. Its answers are counted, and not read. */
  readonly request: { readonly path: string; readonly method: string };
  /** Default: those of versioned-echo for its images, and none for any other. */
  readonly metrics?: MetricsSpec | undefined;
}

/** What serves an application. */
export interface ServedSpec {
  /** Default: {@link versionedEcho}. */
  readonly service?: ServiceSpec | undefined;
}

/** The service that this repository holds the source of. */
export const versionedEcho = {
  port: 8080,
  probes: {},
  // No CPU limit: throttling would show as latency that no version is to blame for.
  resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  user: 65532,
  readOnlyRootFilesystem: true,
  request: { path: "/", method: "GET" },
} as const satisfies ServiceSpec;

/**
 * Absolute paths of the three probes. A pod of versioned-echo that takes no requests for a while is alive; a path of the user's own answers
 * for both.
 */
export function probePathsOf({ healthPath, probes: { startup, readiness, liveness } }: ServiceSpec) {
  const alive = liveness?.path ?? healthPath ?? "/health?probe=liveness";
  return { startup: startup?.path ?? alive, readiness: readiness?.path ?? healthPath ?? "/health", liveness: alive };
}

/** The ports of a container by their names; that of the metrics is among them where it is another one. */
export function portsOf({ port, metrics }: ServiceSpec): { readonly http: number; readonly metrics?: number } {
  const isOther = metrics?.port !== undefined && metrics.port !== port;
  return { http: port, ...(isOther && { metrics: metrics.port }) };
}

/** The port of the container that requests go to. */
export const portOf = ({ service = versionedEcho }: ServedSpec): number => service.port;

import { type ChartSource, type ReleaseManifest, renderRelease } from "../helm-release.ts";

/**
 * What of Argo Rollouts is installed: all of it for the whole cluster, or its two halves apart, the definitions with the rights of a
 * cluster's administrator, and a controller with those of one namespace.
 */
export type RolloutsPart = "everything" | "definitions" | "controller";

export interface ArgoRolloutsSpec {
  /** Of the chart. */
  readonly version: string;
  /** Tag of the images, such as v1.9.1. */
  readonly appVersion: string;
  readonly source: ChartSource;
  readonly part: RolloutsPart;
  readonly namespace: string;
}

interface Image {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}
interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
}

/** The values of the `argo-rollouts` chart that are set here. */
export interface ArgoRolloutsValues {
  readonly installCRDs: boolean;
  readonly keepCRDs: boolean;
  readonly clusterInstall: boolean;
  readonly createClusterAggregateRoles: boolean;
  readonly controller: {
    readonly replicas: number;
    readonly image: Image;
    readonly resources: Resources;
    readonly podLabels: Readonly<Record<string, string>>;
    readonly readinessProbe: { readonly initialDelaySeconds: number; readonly periodSeconds: number };
    readonly metrics: { readonly enabled: boolean };
  };
  readonly dashboard: {
    readonly enabled: boolean;
    readonly image: Image;
    readonly resources: Resources;
    readonly service: { readonly port: number };
  };
}

/** The namespace of the controller that watches the whole cluster, and of the definitions' release. */
export const rolloutsNamespace = "argo-rollouts";

/** Service `argo-rollouts-dashboard` answers at this port, in the namespace of a controller for the whole cluster. */
const dashboardPort = 3100;

/** The release of one {@link RolloutsPart}. */
export function renderArgoRollouts(spec: ArgoRolloutsSpec): ReleaseManifest<ArgoRolloutsValues> {
  const { part, appVersion, namespace, version, source } = spec;
  const image = (repository: string): Image => ({ registry: "quay.io", repository, tag: appVersion });
  const resources: Resources = { requests: { cpu: "20m", memory: "64Mi" } };
  return renderRelease({
    name: part === "definitions" ? "argo-rollouts-definitions" : "argo-rollouts",
    namespace,
    chart: "argo-rollouts",
    version,
    source,
    values: {
      installCRDs: part !== "controller",
      // What came with the lab goes with it. The Rollouts are gone by then, for they depend on the release.
      keepCRDs: false,
      clusterInstall: part === "everything",
      createClusterAggregateRoles: part === "everything",
      controller: {
        // The chart cannot install its definitions alone: a release of them has a controller without pods. Otherwise one, for a second
        // would only stand by.
        replicas: part === "definitions" ? 0 : 1,
        image: image("argoproj/argo-rollouts"),
        resources,
        // In the application's namespace every pod would get a sidecar.
        podLabels: { "sidecar.istio.io/inject": "false" },
        // The chart waits 15 s before it asks for the first time.
        readinessProbe: { initialDelaySeconds: 2, periodSeconds: 2 },
        metrics: { enabled: part !== "definitions" },
      },
      dashboard: {
        // For one namespace the chart has a dashboard without any rights: `kubectl argo rollouts dashboard` has the user's.
        enabled: part === "everything",
        image: image("argoproj/kubectl-argo-rollouts"),
        resources,
        service: { port: dashboardPort },
      },
    },
  });
}

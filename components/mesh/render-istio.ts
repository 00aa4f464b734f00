import { type ChartSource, type ReleaseManifest, renderRelease } from "../helm-release.ts";
import { ingressRelease } from "../names.ts";
import { callerStats } from "./caller-stats.ts";

/** Istio as the lab needs it: sidecars, and one gateway at a port of the nodes. */
export interface IstioSpec {
  readonly version: string;
  /** Registry and path of Istio's images. */
  readonly hub: string;
  readonly charts: ChartSource;
  /** Pods of the control plane, at least 1. With 1, a route cannot be changed while it restarts. */
  readonly replicas: number;
  /** Whether an agent on each node sets up the network of pods; else an init container in each pod does. Default false. */
  readonly cni?: boolean;
  /** Port of the nodes at which the gateway answers, 30000..32767. */
  readonly gatewayNodePort: number;
}

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
}

/** The values of the `istiod` chart that are set here. */
export interface IstiodValues {
  readonly global: {
    readonly hub: string;
    readonly tag: string;
    readonly proxy: { readonly resources: Resources; readonly seccompProfile?: object };
  };
  /** Of the gateways that Istio makes for objects of the Gateway API. */
  readonly gateways?: { readonly seccompProfile: object };
  readonly cni?: { readonly enabled: true };
  readonly podAnnotations?: Readonly<Record<string, string>>;
  readonly autoscaleEnabled: false;
  readonly replicaCount: number;
  readonly env: Readonly<Record<string, string>>;
  readonly resources: Resources;
  readonly meshConfig: {
    readonly defaultConfig: {
      readonly proxyMetadata: Readonly<Record<string, string>>;
      readonly proxyStatsMatcher: object;
    };
  };
  readonly topologySpreadConstraints: readonly object[];
}

/** The values of the `gateway` chart that are set here. */
export interface GatewayValues {
  readonly service: { readonly type: "NodePort"; readonly ports: readonly object[] };
  readonly autoscaling: { readonly enabled: false };
  readonly imagePullPolicy: "IfNotPresent";
  readonly resources: Resources;
}

export const systemNamespace = "istio-system";
export const ingressNamespace = "istio-ingress";

const requests = (cpu: string, memory: string): Resources => ({ requests: { cpu, memory } });

/** Of each sidecar. Small: with Istio's 100m two cores are full before the lab is up. */
export const proxyRequests = { cpu: "10m", memory: "64Mi" };

/** Without which Pod Security `restricted` takes no container. */
const seccompProfile = { type: "RuntimeDefault" } as const;

const release = <Values extends object>(
  spec: Pick<IstioSpec, "version" | "charts">,
  chart: string,
  names: { readonly name: string; readonly namespace: string },
  values: Values,
): ReleaseManifest<Values> => renderRelease({ ...names, chart, version: spec.version, source: spec.charts, values });

/** The custom resource definitions and cluster roles, before everything else: they serve at once. */
export const renderBase = (spec: IstioSpec): ReleaseManifest<object> => ({
  ...release(spec, "base", { name: "istio-base", namespace: systemNamespace }, {}),
  skipAwait: true,
});

export function renderIstiod(spec: IstioSpec): ReleaseManifest<IstiodValues> {
  return release(
    spec,
    "istiod",
    { name: "istiod", namespace: systemNamespace },
    {
      global: {
        hub: spec.hub,
        tag: spec.version,
        proxy: {
          resources: { requests: proxyRequests },
          ...(spec.cni && { seccompProfile }),
        },
      },
      // The control plane begins anew with it: it would go on for up to a minute with the template of before, whose pods are refused.
      ...(spec.cni && {
        cni: { enabled: true },
        podAnnotations: { "canary-lab/cni": "true" },
        gateways: { seccompProfile },
      }),
      // A fixed number, for an autoscaler needs a metrics server; from 2 on the chart adds a disruption budget by itself.
      autoscaleEnabled: false,
      replicaCount: spec.replicas,
      // Istio holds changes back until 100 ms go by without one, up to 10 s by default. A move of traffic cannot wait for that. A first share
      // waits twice: for the pods in the Service, and for the route. The Rollouts controller (1.9.1) turns the canary's Service back and
      // forth for as long as an aborted canary's pods are kept.
      env: { PILOT_DEBOUNCE_AFTER: "20ms", PILOT_DEBOUNCE_MAX: "500ms" },
      resources: requests("50m", "256Mi"),
      meshConfig: {
        defaultConfig: {
          // Where sidecars are ordinary containers (Kubernetes before 1.33) they are told to stop together with the application: they wait
          // until its last connection is gone.
          proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true" },
          ...callerStats, // whoever calls counts
        },
      },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { app: "istiod" } },
        },
      ],
    },
  );
}

/** The values of the `cni` chart that are set here. */
export interface CniValues {
  readonly global: { readonly hub: string; readonly tag: string };
  readonly resources: Resources;
}

/** The agent, a DaemonSet. It mends pods that started before it was ready on their node. */
export const renderCni = (spec: Pick<IstioSpec, "version" | "hub" | "charts">): ReleaseManifest<CniValues> =>
  release(
    spec,
    "cni",
    { name: "istio-cni", namespace: systemNamespace },
    { global: { hub: spec.hub, tag: spec.version }, resources: requests("10m", "64Mi") },
  );

/** A NodePort, for a load balancer's address never comes on a local cluster. */
export function renderIngress(spec: IstioSpec): ReleaseManifest<GatewayValues> {
  const port = (name: string, number: number) => ({ name, port: number, targetPort: number, protocol: "TCP" });
  return release(
    spec,
    "gateway",
    { name: ingressRelease, namespace: ingressNamespace },
    {
      service: {
        type: "NodePort",
        ports: [port("status-port", 15021), { ...port("http2", 80), nodePort: spec.gatewayNodePort }],
      },
      autoscaling: { enabled: false },
      // The chart leaves the image to the injector and writes `auto`, for which the default would be to pull at every start.
      imagePullPolicy: "IfNotPresent",
      resources: requests("20m", "64Mi"),
    },
  );
}

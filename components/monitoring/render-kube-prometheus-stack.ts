import { type ChartSource, type ReleaseManifest, renderRelease } from "../helm-release.ts";

/** Prometheus with its operator, and Grafana. */
export interface KubePrometheusStackSpec {
  /** Version of the chart kube-prometheus-stack, which decides the operator's and Grafana's. */
  readonly version: string;
  readonly source: ChartSource;
  /** Version of Prometheus, the tag of its image, such as `v3.15.0`. */
  readonly prometheusVersion: string;
}

interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
}

/** Which objects Prometheus listens to: with `false` all, of whatever namespace, without it those of this release only. */
type Selectors = Readonly<
  Record<`${"podMonitor" | "serviceMonitor" | "rule" | "probe" | "scrapeConfig"}SelectorNilUsesHelmValues`, boolean>
>;

interface Switch {
  readonly enabled: boolean;
}

/** The values of the chart that are set here. */
export interface KubePrometheusStackValues {
  readonly alertmanager: Switch;
  readonly defaultRules: { readonly rules: { readonly alertmanager: boolean } };
  readonly kubeEtcd: Switch;
  readonly kubeScheduler: Switch;
  readonly kubeControllerManager: Switch;
  readonly kubeProxy: Switch;
  readonly prometheusOperator: { readonly resources: Resources };
  readonly prometheus: {
    readonly prometheusSpec: Selectors & {
      readonly image: { readonly registry: string; readonly repository: string; readonly tag: string };
      readonly version: string;
      readonly scrapeInterval: string;
      readonly evaluationInterval: string;
      readonly retention: string;
      readonly resources: Resources;
    };
  };
  readonly grafana: {
    readonly admin: { readonly existingSecret: string; readonly userKey: string; readonly passwordKey: string };
    readonly sidecar: { readonly datasources: { readonly alertmanager: Switch } };
    readonly resources: Resources;
  };
  readonly "kube-state-metrics": { readonly resources: Resources };
  readonly "prometheus-node-exporter": {
    readonly hostRootFsMount: Switch;
    readonly resources: Resources;
  };
}

export const monitoringNamespace = "monitoring";
const releaseName = "kps";

/** Where Prometheus answers inside the cluster. */
export const prometheusService = { name: "prometheus", port: 9090 };
export const prometheusAddress = `http://${prometheusService.name}.${monitoringNamespace}.svc.cluster.local:${prometheusService.port}`;

/** Seconds between two scrapes of what a canary is judged by, and between two evaluations of the rules about it. */
export const scrapeSeconds = 5;

/** How long Prometheus keeps what it saw, in seconds; the longest look back of any rule must fit. */
const retentionSeconds = 6 * 3600;

/** The Secret that holds Grafana's first user and their password. */
export const grafanaSecret = { name: `${releaseName}-grafana-admin`, user: "admin-user", password: "admin-password" };

const requests = (cpu: string, memory: string): Resources => ({ requests: { cpu, memory } });
const off: Switch = { enabled: false };

/** The chart as a lab needs it: small, all monitors and rules of every namespace read, nothing asked that a local cluster hides. */
export function renderKubePrometheusStack(spec: KubePrometheusStackSpec): ReleaseManifest<KubePrometheusStackValues> {
  const values: KubePrometheusStackValues = {
    // Alerts are read in Prometheus and Grafana; there is nobody to be paged. The chart keeps its rules and its data source otherwise.
    alertmanager: off,
    defaultRules: { rules: { alertmanager: false } },
    // On a local cluster these listen on the node's loopback only, so each would be an alert for ever.
    kubeEtcd: off,
    kubeScheduler: off,
    kubeControllerManager: off,
    kubeProxy: off,
    prometheusOperator: { resources: requests("20m", "64Mi") },
    prometheus: {
      prometheusSpec: {
        podMonitorSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        ruleSelectorNilUsesHelmValues: false,
        probeSelectorNilUsesHelmValues: false,
        scrapeConfigSelectorNilUsesHelmValues: false,
        image: { registry: "quay.io", repository: "prometheus/prometheus", tag: spec.prometheusVersion },
        version: spec.prometheusVersion,
        // What the chart itself watches (kubelets, the API server) changes slowly and has many series; the lab's own monitors and
        // rules ask for `scrapeSeconds`.
        scrapeInterval: "30s",
        evaluationInterval: "30s",
        retention: `${retentionSeconds / 3600}h`,
        resources: requests("50m", "256Mi"),
      },
    },
    grafana: {
      admin: {
        existingSecret: grafanaSecret.name,
        userKey: grafanaSecret.user,
        passwordKey: grafanaSecret.password,
      },
      sidecar: { datasources: { alertmanager: off } },
      resources: requests("20m", "128Mi"),
    },
    "kube-state-metrics": { resources: requests("10m", "32Mi") },
    // Docker Desktop does not share the mount of `/` that the exporter would ask for.
    "prometheus-node-exporter": { hostRootFsMount: off, resources: requests("10m", "32Mi") },
  };
  return renderRelease({
    name: releaseName,
    namespace: monitoringNamespace,
    chart: "kube-prometheus-stack",
    version: spec.version,
    source: spec.source,
    values,
  });
}

/**
 * Prometheus under a short name. Pulumi waits for a Service's pods, so it is also how to wait for Prometheus, which the chart leaves to
 * its operator: a monitor made while Prometheus starts may be read minutes later, when the reloader beside it looks again by itself.
 */
export const renderPrometheusService = () => ({
  metadata: { name: prometheusService.name, namespace: monitoringNamespace },
  spec: {
    selector: { "operator.prometheus.io/name": `${releaseName}-kube-prometheus-stack-prometheus` },
    ports: [{ name: "http-web", port: prometheusService.port, targetPort: prometheusService.port, protocol: "TCP" }],
  },
});

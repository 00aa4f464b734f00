/** Paths of the kinds that canaryctl reads, as the API server serves them. */
const inNamespace = (group: string, namespace: string, plural: string, name?: string): string =>
  `${group}/namespaces/${namespace}/${plural}${name === undefined ? "" : `/${name}`}`;

export const deploymentsPath = (namespace: string, name?: string): string =>
  inNamespace("/apis/apps/v1", namespace, "deployments", name);

export const daemonSetPath = (namespace: string, name: string): string =>
  inNamespace("/apis/apps/v1", namespace, "daemonsets", name);

/** Those that carry all of `labels`. */
export const replicaSetsPath = (namespace: string, labels: Readonly<Record<string, string>>): string =>
  `${inNamespace("/apis/apps/v1", namespace, "replicasets")}?${labelQuery(labels)}`;

export const replicaSetPath = (namespace: string, name: string): string =>
  inNamespace("/apis/apps/v1", namespace, "replicasets", name);

export const configMapPath = (namespace: string, name: string): string =>
  inNamespace("/api/v1", namespace, "configmaps", name);

export const namespacePath = (name: string): string => `/api/v1/namespaces/${name}`;

export const rolloutPath = (namespace: string, name: string): string =>
  inNamespace("/apis/argoproj.io/v1alpha1", namespace, "rollouts", name);

export const analysisRunPath = (namespace: string, name: string): string =>
  inNamespace("/apis/argoproj.io/v1alpha1", namespace, "analysisruns", name);

export const httpRoutePath = (namespace: string, name: string): string =>
  inNamespace("/apis/gateway.networking.k8s.io/v1", namespace, "httproutes", name);

export const apiGatewayPath = (namespace: string, name: string): string =>
  inNamespace("/apis/gateway.networking.k8s.io/v1", namespace, "gateways", name);

export const ingressPath = (namespace: string, name: string): string =>
  inNamespace("/apis/networking.k8s.io/v1", namespace, "ingresses", name);

export const ingressClassPath = (name: string): string => `/apis/networking.k8s.io/v1/ingressclasses/${name}`;

/** Those that carry all of `labels`, and none of the values in `without`. */
export const podsPath = (
  namespace: string,
  labels: Readonly<Record<string, string>>,
  without: Readonly<Record<string, readonly string[]>> = {},
): string => `${inNamespace("/api/v1", namespace, "pods")}?${labelQuery(labels, without)}`;

export const podPath = (namespace: string, name: string): string => inNamespace("/api/v1", namespace, "pods", name);

/** The last lines of a container; of its last run where it does not run now. */
export const podLogPath = (
  namespace: string,
  pod: string,
  log: { readonly container: string; readonly tailLines: number },
): string =>
  `${podPath(namespace, pod)}/log?${new URLSearchParams({ container: log.container, tailLines: String(log.tailLines) })}`;

/** What an Istio proxy counts: the statistics that are used, whose names match. */
export const proxyStatsQuery = (filter: string): string =>
  `stats/prometheus?usedonly&filter=${encodeURIComponent(filter)}`;

/** The same, by the port on which Prometheus scrapes the proxy. */
export const proxyStatsPath = (namespace: string, pod: string, filter: string): string =>
  `${podPath(namespace, `${pod}:15090`)}/proxy/${proxyStatsQuery(filter)}`;

export const eventPath = (namespace: string, name: string): string => inNamespace("/api/v1", namespace, "events", name);

export const leasePath = (namespace: string, name: string): string =>
  inNamespace("/apis/coordination.k8s.io/v1", namespace, "leases", name);

/** Where a token of a ServiceAccount is asked for. */
export const accountTokenPath = (namespace: string, name: string): string =>
  `${inNamespace("/api/v1", namespace, "serviceaccounts", name)}/token`;

/** The events of one object. */
export const eventsPath = (namespace: string, of: string): string =>
  `${inNamespace("/api/v1", namespace, "events")}?${new URLSearchParams({ fieldSelector: `involvedObject.name=${of}` })}`;

export const secretsPath = (namespace: string, labels: Readonly<Record<string, string>>): string =>
  `${inNamespace("/api/v1", namespace, "secrets")}?${labelQuery(labels)}`;

export const virtualServicePath = (namespace: string, name: string): string =>
  inNamespace("/apis/networking.istio.io/v1", namespace, "virtualservices", name);

export const destinationRulePath = (namespace: string, name: string): string =>
  inNamespace("/apis/networking.istio.io/v1", namespace, "destinationrules", name);

export const gatewayPath = (namespace: string, name: string): string =>
  inNamespace("/apis/networking.istio.io/v1", namespace, "gateways", name);

export const servicePath = (namespace: string, name: string): string =>
  inNamespace("/api/v1", namespace, "services", name);

/** A path behind a Service, by the API server's own proxy: nothing has to be forwarded or opened. */
export const proxiedPath = (namespace: string, service: string, port: number, path: string): string =>
  `${servicePath(namespace, service)}:${port}/proxy${path}`;

const labelQuery = (
  labels: Readonly<Record<string, string>>,
  without: Readonly<Record<string, readonly string[]>> = {},
): string =>
  new URLSearchParams({
    labelSelector: [
      ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
      ...Object.entries(without).map(([key, values]) => `${key} notin (${values.join(",")})`),
    ].join(","),
  }).toString();

/** Where the API server serves an object. The plural is that of English, as the kinds of all parts of the lab have it. */
export function objectPath(object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}): string {
  const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const kind = object.kind.toLowerCase();
  const plural = /(s|x|ch|sh)$/.test(kind)
    ? `${kind}es`
    : /[^aeiou]y$/.test(kind)
      ? `${kind.slice(0, -1)}ies`
      : `${kind}s`;
  const folder = object.namespace === undefined ? root : `${root}/namespaces/${object.namespace}`;
  return `${folder}/${plural}/${object.name}`;
}

import { containerSecurity, podDefaults } from "../workload/render-pod.ts";

/** A registry inside a cluster, and where its parts are. */
export interface ImageRegistrySpec {
  /** Its own: nothing else is in it. */
  readonly namespace: string;
  /** Of the Deployment, the Service, and the label `app` of its pods. */
  readonly name: string;
  /** Of the DaemonSet, and of its pods' label. */
  readonly mirror: string;
  /** Of the ConfigMap for what was pushed. */
  readonly notes: string;
  readonly ports: {
    /** On the loopback of the registry's pod. */
    readonly push: number;
    /** Of the Service. */
    readonly read: number;
    /** On the loopback of each node. */
    readonly node: number;
  };
  /** An image with the program `registry` of CNCF distribution, 2.8 or later. */
  readonly image: string;
}

type Mode = "push" | "read" | "mirror";

const folder = "/var/lib/registry";
const configFolder = "/etc/canary-lab";
const configName = ({ name }: ImageRegistrySpec): string => `${name}-config`;

/** One file for each way to run the program; JSON is YAML. */
export function renderRegistryConfig(spec: ImageRegistrySpec) {
  const { namespace, name, ports } = spec;
  const file = (addr: string, maintenance: object, more: object = {}) =>
    JSON.stringify({
      version: 0.1,
      log: { level: "warn", accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: folder },
        maintenance: { uploadpurging: { enabled: false }, ...maintenance },
      },
      http: { addr },
      ...more,
    });
  const upstream = { remoteurl: `http://${name}.${namespace}.svc:${ports.read}` };
  const data: Readonly<Record<Mode, string>> = {
    push: file(`127.0.0.1:${ports.push}`, {}),
    read: file(`:${ports.read}`, { readonly: { enabled: true } }),
    mirror: file(`127.0.0.1:${ports.node}`, {}, { proxy: upstream }),
  };
  return { metadata: { name: configName(spec), namespace }, data };
}

export const renderNotes = ({ namespace, notes }: ImageRegistrySpec) => ({ metadata: { name: notes, namespace } });

export const renderRegistryService = ({ namespace, name, ports }: ImageRegistrySpec) => ({
  // The engine waits for no pod of it: the program follows them.
  metadata: { name, namespace, annotations: { "pulumi.com/skipAwait": "true" } },
  spec: { selector: { app: name }, ports: [{ name: "read", port: ports.read, targetPort: ports.read }] },
});

/** What can be asked of the pods in the namespace by others, where the cluster's network heeds it; they themselves ask nobody. */
export const renderRegistryPolicy = ({ namespace, name, ports }: ImageRegistrySpec) => ({
  metadata: { name, namespace },
  spec: {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ protocol: "TCP", port: ports.read }] }],
  },
});

/**
 * What holds the images, as two processes on one folder: one takes them and is reached by a port-forward only, and one hands them out and
 * writes nothing. So whoever runs a pod in the cluster can read images and cannot push any.
 */
export function renderRegistry(spec: ImageRegistrySpec) {
  const { namespace, name, ports } = spec;
  const selector = { app: name };
  return {
    metadata: { name, namespace, labels: selector },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      strategy: { type: "Recreate" }, // two would not have the same images
      progressDeadlineSeconds: 120,
      revisionHistoryLimit: 1,
      template: {
        metadata: { labels: selector },
        spec: {
          ...pod(spec),
          containers: [
            container(spec, "push", [{ name: "push", containerPort: ports.push }]),
            {
              ...container(spec, "read", [{ name: "read", containerPort: ports.read }]),
              readinessProbe: { httpGet: { path: "/v2/", port: ports.read }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

/**
 * The registry on the loopback of each node, which container runtimes take for plain HTTP: it gets from the one what it is asked for. It
 * stands in the node's network, for a port of the host needs a plugin that not every cluster's network has.
 */
export function renderMirror(spec: ImageRegistrySpec) {
  const { namespace, mirror, ports } = spec;
  const selector = { app: mirror };
  const loopback = "127.0.0.1";
  const port = { name: "mirror", containerPort: ports.node, hostPort: ports.node, hostIP: loopback };
  return {
    metadata: { name: mirror, namespace, labels: selector },
    spec: {
      selector: { matchLabels: selector },
      revisionHistoryLimit: 1,
      template: {
        metadata: { labels: selector },
        spec: {
          ...pod(spec),
          hostNetwork: true,
          dnsPolicy: "ClusterFirstWithHostNet",
          containers: [
            {
              ...container(spec, "mirror", [port]),
              readinessProbe: { httpGet: { host: loopback, path: "/v2/", port: ports.node }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
}

const pod = (spec: ImageRegistrySpec) => ({
  ...podDefaults,
  securityContext: { ...podDefaults.securityContext, fsGroup: containerSecurity.runAsGroup },
  nodeSelector: { "kubernetes.io/os": "linux" },
  terminationGracePeriodSeconds: 5,
  volumes: [
    // What is lost with the pod is pushed again by the next update. A folder of the node would outlive the pod and needs rights there, a
    // claim needs a storage class.
    { name: "images", emptyDir: { sizeLimit: "20Gi" } },
    { name: "config", configMap: { name: configName(spec) } },
  ],
});

const container = ({ image }: ImageRegistrySpec, mode: Mode, ports: readonly object[]) => ({
  name: mode,
  image,
  command: ["registry", "serve", `${configFolder}/${mode}`],
  // Version 3 would send traces to whoever listens on the loopback.
  env: [{ name: "OTEL_TRACES_EXPORTER", value: "none" }],
  ports: ports as { readonly name: string; readonly containerPort: number }[],
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "256Mi" } },
  securityContext: containerSecurity,
  volumeMounts: [
    { name: "images", mountPath: folder, readOnly: mode === "read" },
    { name: "config", mountPath: configFolder, readOnly: true },
  ],
});

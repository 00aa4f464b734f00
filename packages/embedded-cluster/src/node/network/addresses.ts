/**
 * Every address and port of the embedded node. Networks are those of RFC 2544 (198.18.0.0/15, set aside for benchmarks), so
 * they clash with nobody's own. Nothing listens outside loopback and the lab's own bridge.
 */
export const addresses = {
  /** The bridge that pods hang on; the node's own address is on it, so it is there before any pod. */
  bridge: "canary-lab0",
  /** Fixed, because a bridge otherwise takes the lowest address of its ports and neighbours' caches go stale. */
  bridgeMac: "02:c6:12:00:00:01",
  /** What the preflight keeps free: pods and services together. */
  labNetwork: "198.18.0.0/15",
  podNetwork: "198.18.0.0/16",
  firstPod: "198.18.1.0",
  lastPod: "198.18.255.254",
  serviceNetwork: "198.19.0.0/16",
  node: "198.18.0.1",
  /** Service `kubernetes.default`: always the first of the service network. */
  kubernetesService: "198.19.0.1",
  clusterDns: "198.19.0.10",
  loopback: "127.0.0.1",
} as const;

/** The node's name: its host name in Kubernetes, and the context in the kubeconfig. */
export const nodeName = "canary-lab";
export const clusterDomain = "cluster.local";

/** Ports on {@link addresses.node}: what pods and the host's clients talk to. */
export const nodePorts = { apiServer: 6443, registry: 5001, kubelet: 10250 } as const;

/** Those of them that pods need: operators and controllers call the API server, Prometheus asks the kubelet. */
export const portsForPods = [nodePorts.apiServer, nodePorts.kubelet] as const;

/** Ports on loopback: 163xx, away from the well-known ones, so that a user's own etcd or cluster can run beside the lab. */
export const loopbackPorts = {
  etcd: 16379,
  etcdPeer: 16380,
  controllerManager: 16357,
  scheduler: 16359,
  kubeProxyHealth: 16356,
  kubeProxyMetrics: 16349,
  /** containerd streams `kubectl exec` and `port-forward` there, to the kubelet alone: an address holds for one request. */
  containerdStreaming: 16390,
} as const;

/** `host:port` of the lab's registry, the first part of every image that is pushed to it. */
export const registryHost = `${addresses.node}:${nodePorts.registry}`;
export const apiServerUrl = `https://${addresses.node}:${nodePorts.apiServer}`;

/** The bridge that pods hang on; the node's own address is on it, so it is there before any pod. */
export const bridge = "canary-lab0";

/** Fixed, because a bridge otherwise takes the lowest address of its ports and neighbours' caches go stale. */
export const bridgeMac = "02:c6:12:00:00:01";

export const loopback = "127.0.0.1";

/** The node's name: its host name in Kubernetes, and the context in the kubeconfig. */
export const nodeName = "canary-lab";
export const clusterDomain = "cluster.local";

/** Ports on the node's address: what pods and the host's clients talk to. */
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
  networkPoliciesHealth: 16355,
  /** containerd streams `kubectl exec` and `port-forward` there, to the kubelet alone: an address holds for one request. */
  containerdStreaming: 16390,
} as const;

/** The netfilter queue in which a connection's first packet waits for what the NetworkPolicies say. Other programs take small numbers. */
export const packetQueue = 16355;

/** The addresses of one cluster, all of them in its network. Nothing listens outside loopback and the cluster's own bridge. */
export interface ClusterAddresses {
  /** What the preflight keeps free: pods and services together. */
  readonly network: string;
  readonly podNetwork: string;
  readonly firstPod: string;
  readonly lastPod: string;
  readonly serviceNetwork: string;
  readonly node: string;
  /** Service `kubernetes.default`: always the first of the service network. */
  readonly kubernetesService: string;
  readonly clusterDns: string;
  /** `host:port` of the registry, the first part of every image that is pushed to it. */
  readonly registryHost: string;
  readonly apiServerUrl: string;
}

/**
 * Divides a network: its lower half is for pods, the first 256 addresses of it for the node alone, and its upper half for Services.
 *
 * @param network `address/prefix`, one that `checkNetwork` lets pass
 */
export function clusterAddresses(network: string): ClusterAddresses {
  const [address = "", prefix] = network.split("/");
  const half = Number(prefix) + 1;
  const size = 2 ** (32 - half);
  const pods = addressToNumber(address);
  const services = pods + size;
  const node = numberToAddress(pods + 1);
  return {
    network,
    podNetwork: `${address}/${half}`,
    firstPod: numberToAddress(pods + 256),
    lastPod: numberToAddress(pods + size - 2),
    serviceNetwork: `${numberToAddress(services)}/${half}`,
    node,
    kubernetesService: numberToAddress(services + 1),
    clusterDns: numberToAddress(services + 10),
    registryHost: `${node}:${nodePorts.registry}`,
    apiServerUrl: `https://${node}:${nodePorts.apiServer}`,
  };
}

export const addressToNumber = (address: string): number =>
  address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);

export const numberToAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");

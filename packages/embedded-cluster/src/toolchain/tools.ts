/**
 * Everything that the embedded target cluster runs on, as absolute paths, most of them below `<cache>/tools/`.
 * All of it comes from package registries (or release downloads), is pinned, and is made once by `ensureTools`.
 * What belongs to an add-on has its path always, and is there once that add-on was asked for.
 */
export interface Tools {
  /**
   * The one folder to put in front of PATH:
   * kubectl, node, what the add-ons and the settings bring (helm, istioctl, crane, promtool, kubectl-argo-rollouts),
   * etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, kube-network-policies,
   * containerd, containerd-shim-runc-v2, ctr, runc, dockerd, docker, docker-proxy, registry,
   * iptables, iptables-save, iptables-restore (and the ip6tables three).
   * The Debian programs in it are wrappers that find their own shared libraries, so they need nothing but this path.
   */
  readonly bin: string;
  /** Folder with the CNI plugins (bridge, host-local, loopback, portmap …); they look for `iptables` on PATH. */
  readonly cniBin: string;
  /** Static binaries that go into images. */
  readonly coredns: string;
  readonly pilotDiscovery: string;
  readonly pilotAgent: string;
  readonly pause: string;
  /** Envoy, linked against glibc: it runs in the Debian base. */
  readonly envoy: string;
  /** The pinned Node 24, linked against glibc and libstdc++: it runs in the Debian base. */
  readonly node: string;
  /** Tar of a small Debian root file system with iptables and ca-certificates: the base of images that need a libc. */
  readonly baseRootfs: string;
  /**
   * What is kept of the Istio module, at the paths it has there:
   * `manifests/charts/{base,istio-control/istio-discovery,gateway}` and `tools/packaging/common/envoy_bootstrap.json`.
   */
  readonly istioModule: string;
  /** Static binaries of add-on `istio-cni`, and what is kept of the Istio module with it: `manifests/charts/istio-cni`. */
  readonly istioCni: string;
  readonly installCni: string;
  readonly istioCniModule: string;
  /** What is kept of the Gateway API's module: `config/crd/standard`. */
  readonly gatewayApiModule: string;
  /** Static binaries of add-on `rollouts`, and what is kept of the module: `manifests/{crds,role,base,dashboard-install}`. */
  readonly rolloutsController: string;
  readonly rolloutsPlugin: string;
  readonly rolloutsModule: string;
  /**
   * Static binaries of add-on `monitoring`, and what is kept of the operator's module:
   * `example/prometheus-operator-crd` and `example/rbac/{prometheus-operator,prometheus}`.
   */
  readonly prometheus: string;
  readonly promtool: string;
  readonly prometheusOperator: string;
  readonly configReloader: string;
  readonly operatorModule: string;
  /** Version of each, such as `{ kubernetes: "1.35.4", pause: "3.10.2", debian: "bookworm" }`, without a leading `v`. */
  readonly versions: Readonly<Record<ToolVersion, string>>;
}

/** What has a version of its own. */
export type ToolVersion =
  | "kubernetes"
  | "etcd"
  | "helm"
  | "coredns"
  | "istio"
  | "pause"
  | "envoy"
  | "node"
  | "debian"
  | "rollouts"
  | "prometheus"
  | "prometheusOperator"
  | "gatewayApi"
  | "crane";

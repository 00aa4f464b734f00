import { join } from "node:path";
import { stringify } from "yaml";
import { renderKubeconfig } from "../kubeconfig.ts";
import { cgroupName } from "../machine/cgroups.ts";
import { addresses, apiServerUrl, clusterDomain, nodeName, nodePorts } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** The kubelet's configuration file. */
export function renderKubeletConfiguration({ layout }: NodeSpec): string {
  const serving = pemFile(layout.pki, "kubelet-serving");
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: authorityFile(layout.pki, "ca") },
    },
    authorization: { mode: "Webhook" },
    address: addresses.node,
    port: nodePorts.kubelet,
    readOnlyPort: 0,
    healthzPort: 0,
    tlsCertFile: serving,
    tlsPrivateKeyFile: serving,
    clusterDNS: [addresses.clusterDns],
    clusterDomain,
    resolvConf: resolvConf(layout.config),
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    podLogsDir: join(layout.state, "pod-logs"),
    volumePluginDir: join(layout.state, "kubelet", "volume-plugins"),
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroupName}`,
    // Kubernetes 1.35 and later refuse control groups of version 1 unless told otherwise.
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    // The container runtime's filter of system calls, for pods that ask for none.
    seccompDefault: true,
    // Images are preloaded and nothing can pull them again: never collect them, however full the host's disk is.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
      "imagefs.inodesFree": "1%",
    },
    // A preloaded image is as good as a pulled one, also where a pod had asked for it before it was there.
    imagePullCredentialsVerificationPolicy: "NeverVerify",
    serializeImagePulls: false,
    // A changed Secret reaches its volume with the pod's next sync. By default that is after 60 to 90 s, and for so long Prometheus
    // would not scrape what `up` has just deployed.
    syncFrequency: "10s",
    makeIPTablesUtilChains: false, // kube-proxy makes what it needs
    oomScoreAdj: 0,
    enableProfilingHandler: false,
  });
}

/** The resolver file that pods with `dnsPolicy: Default` (CoreDNS) get. */
const resolvConf = (config: string): string => join(config, "resolv.conf");

function renderResolvConf({ host }: NodeSpec): string {
  return host.nameServers.map((address) => `nameserver ${address}\n`).join("");
}

/** What the kubelet notes of the resources of its pods, for its next start. Its folder as a whole has mounts in it. */
const noted = [
  "cpu_manager_state",
  "memory_manager_state",
  "dra_manager_state",
  "allocated_pods_state",
  "actuated_pods_state",
  "checkpoints",
  "image_manager",
];

export function renderKubelet(spec: NodeSpec): ProcessSpec {
  const { layout, tools } = spec;
  const root = join(layout.state, "kubelet");
  const configuration = join(layout.config, "kubelet.yaml");
  const kubeconfig = join(layout.config, "kubelet.kubeconfig");
  const authority = authorityFile(layout.pki, "ca");
  const certificate = pemFile(layout.pki, "kubelet");
  return {
    name: "kubelet",
    argv: [
      join(tools.bin, "kubelet"),
      `--config=${configuration}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${addresses.node}`,
      `--root-dir=${root}`,
      `--cert-dir=${join(root, "pki")}`,
    ],
    folders: [root, join(layout.state, "pod-logs")],
    data: noted.map((name) => join(root, name)),
    files: {
      [configuration]: renderKubeletConfiguration(spec),
      [kubeconfig]: renderKubeconfig({ server: apiServerUrl, user: `system:node:${nodeName}`, authority, certificate }),
      [resolvConf(layout.config)]: renderResolvConf(spec),
    },
    reads: [authority, certificate, pemFile(layout.pki, "kubelet-serving")],
    after: ["kube-apiserver", "containerd"],
    ready: { kind: "node" },
    readySeconds: 60,
  };
}

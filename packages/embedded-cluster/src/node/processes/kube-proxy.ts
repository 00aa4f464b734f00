import { join } from "node:path";
import { stringify } from "yaml";
import { renderKubeconfig } from "../kubeconfig.ts";
import { bridge, loopback, loopbackPorts, nodeName } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** kube-proxy's configuration file. Its iptables mode is the one that serves node ports on loopback. */
export function renderKubeProxyConfiguration({ layout, addresses, host }: NodeSpec): string {
  return stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: kubeconfigFile(layout.config) },
    hostnameOverride: nodeName,
    mode: "iptables",
    iptables: {
      localhostNodePorts: true,
      // Pods share one bridge. If what a bridge forwards does not pass iptables, an answer from pod to pod would not be
      // translated back: then it has to take the way through the node.
      masqueradeAll: !host.bridgeNetfilter,
      minSyncPeriod: "0s",
    },
    nodePortAddresses: ["127.0.0.0/8", `${addresses.node}/32`],
    detectLocalMode: "BridgeInterface",
    detectLocal: { bridgeInterface: bridge },
    healthzBindAddress: `${loopback}:${loopbackPorts.kubeProxyHealth}`,
    metricsBindAddress: `${loopback}:${loopbackPorts.kubeProxyMetrics}`,
    oomScoreAdj: 0,
    // Leave the host's connection tracking as it is.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  });
}

const kubeconfigFile = (config: string): string => join(config, "kube-proxy.kubeconfig");

export function renderKubeProxy(spec: NodeSpec): ProcessSpec {
  const { layout, addresses, tools } = spec;
  const configuration = join(layout.config, "kube-proxy.yaml");
  const authority = authorityFile(layout.pki, "ca");
  const certificate = pemFile(layout.pki, "kube-proxy");
  return {
    name: "kube-proxy",
    argv: [join(tools.bin, "kube-proxy"), `--config=${configuration}`],
    files: {
      [configuration]: renderKubeProxyConfiguration(spec),
      [kubeconfigFile(layout.config)]: renderKubeconfig({
        server: addresses.apiServerUrl,
        user: "system:kube-proxy",
        authority,
        certificate,
      }),
    },
    reads: [authority, certificate],
    after: ["kube-apiserver"],
    ready: { kind: "http", url: `http://${loopback}:${loopbackPorts.kubeProxyHealth}/livez` },
    readySeconds: 60,
  };
}

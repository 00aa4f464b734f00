import { join } from "node:path";
import { renderKubeconfig } from "../kubeconfig.ts";
import { loopback, loopbackPorts, nodeName, packetQueue } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { policyReader } from "../pki/certificates.ts";
import { authorityFile, pemFile } from "../pki/files.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** Decides by the NetworkPolicies about the packets that the node's rules queue. */
export function renderNetworkPolicies({ layout, addresses, tools }: NodeSpec): ProcessSpec {
  const kubeconfig = join(layout.config, "network-policies.kubeconfig");
  const authority = authorityFile(layout.pki, "ca");
  const certificate = pemFile(layout.pki, "network-policies");
  const health = `${loopback}:${loopbackPorts.networkPoliciesHealth}`;
  return {
    name: "kube-network-policies",
    argv: [
      join(tools.bin, "kube-network-policies"),
      `--kubeconfig=${kubeconfig}`,
      `--node-name=${nodeName}`,
      `--queue=${packetQueue}`,
      `--health-address=${health}`,
    ],
    files: {
      [kubeconfig]: renderKubeconfig({ server: addresses.apiServerUrl, user: policyReader, authority, certificate }),
    },
    reads: [authority, certificate],
    after: ["kube-apiserver"],
    ready: { kind: "http", url: `http://${health}/` },
    readySeconds: 60,
  };
}

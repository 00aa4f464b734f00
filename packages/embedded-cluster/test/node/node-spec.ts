import { nodeLayout } from "../../src/node/layout.ts";
import { clusterAddresses } from "../../src/node/network/addresses.ts";
import { defaultNetwork } from "../../src/node/network/chosen-network.ts";
import type { NodeSpec } from "../../src/node/node-spec.ts";

export const exampleCommands = { up: "lab up", down: "lab down" };

/** A node on a machine like most: nothing withheld. */
export const exampleSpec = (host: Partial<NodeSpec["host"]> = {}, network: string = defaultNetwork): NodeSpec => ({
  layout: nodeLayout("/home/me/canary-lab/.lab"),
  addresses: clusterAddresses(network),
  commands: exampleCommands,
  tools: {
    bin: "/home/me/canary-lab/.lab/tools/bin",
    cniBin: "/home/me/canary-lab/.lab/tools/debian/usr/lib/cni",
    versions: {
      kubernetes: "1.36.3",
      etcd: "3.6.8",
      helm: "3.22.0",
      coredns: "1.15.0",
      istio: "1.29.1",
      pause: "3.10",
      envoy: "1.40.0",
      node: "24.0.0",
      debian: "bookworm",
      rollouts: "1.9.1",
      prometheus: "3.15.0",
      prometheusOperator: "0.85.0",
      gatewayApi: "1.4.0",
    },
  },
  host: { mayLowerOomScore: true, bridgeNetfilter: true, nameServers: ["192.0.2.53"], ...host },
});

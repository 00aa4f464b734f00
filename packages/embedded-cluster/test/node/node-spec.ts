import { nodeLayout } from "../../src/node/layout.ts";
import { clusterAddresses } from "../../src/node/network/addresses.ts";
import { defaultNetwork } from "../../src/node/network/chosen-network.ts";
import type { NodeSpec } from "../../src/node/node-spec.ts";
import { exampleTools } from "../images/example-tools.ts";

export const exampleCommands = { up: "lab up", down: "lab down" };

/** A node on a machine like most: nothing withheld. */
export const exampleSpec = (host: Partial<NodeSpec["host"]> = {}, network: string = defaultNetwork): NodeSpec => ({
  layout: nodeLayout("/home/me/canary-lab/.lab"),
  addresses: clusterAddresses(network),
  commands: exampleCommands,
  tools: {
    bin: "/home/me/canary-lab/.lab/tools/bin",
    cniBin: "/home/me/canary-lab/.lab/tools/debian/usr/lib/cni",
    versions: exampleTools.versions,
  },
  host: { mayLowerOomScore: true, bridgeNetfilter: true, enforcesPolicies: true, nameServers: ["192.0.2.53"], ...host },
});

import { addresses, apiServerUrl, loopbackPorts, nodePorts, registryHost } from "../network/addresses.ts";
import { cgroupName } from "./cgroups.ts";
import { outsideFolders } from "./outside.ts";
import { machineLock, ownerFile } from "./owner.ts";
import { sysctlNames } from "./sysctls.ts";

/** What the node does to the machine outside of its home: one line each. All of it is undone by `down`. */
export const renderFootprint = (): readonly string[] => [
  `network link ${addresses.bridge} with ${addresses.node}, and one link per pod; routes to ${addresses.podNetwork} (pods) and ${addresses.serviceNetwork} (Services)`,
  `listeners on ${addresses.node}, reachable from this machine and its pods only: API server ${apiServerUrl}, registry ${registryHost}, kubelet port ${nodePorts.kubelet}`,
  `listeners on ${addresses.loopback}: ports ${Object.values(loopbackPorts).join(", ")}, and the ports of NodePort Services`,
  "iptables and ip6tables chains CANARY-LAB-* and KUBE-*, with jumps to them",
  `kernel settings: ${sysctlNames.map((name) => name.replaceAll("/", ".")).join(", ")}`,
  `control group /${cgroupName} in each hierarchy`,
  `files in ${outsideFolders.join(", ")}, and ${ownerFile}; ${machineLock} while \`up\` or \`down\` runs`,
];

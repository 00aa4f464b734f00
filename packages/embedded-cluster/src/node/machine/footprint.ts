import { dirname } from "node:path";
import { bridge, type ClusterAddresses, loopback, loopbackPorts, nodePorts } from "../network/addresses.ts";
import { cgroupName, formerRootName } from "./cgroups.ts";
import { madeFolders, outsideFolders } from "./outside.ts";
import { machineLock, ownerFile } from "./owner.ts";
import { followsForwarding, sysctlNames } from "./sysctls.ts";

/** The kinds of things on a machine that `up` may change. */
export type FootprintKind =
  | "link"
  | "address"
  | "route"
  | "chain"
  | "sysctl"
  | "mount"
  | "cgroup"
  | "listener"
  | "process"
  | "file"
  | "module";

/** One line of what `up` does to the machine outside of the cluster's home and cache. */
export interface FootprintEntry {
  /** What a user is told. */
  readonly words: string;
  /** Which things it is about, by kind: a trace of the machine finds no change that no pattern covers. */
  readonly covers: Partial<Readonly<Record<FootprintKind, RegExp>>>;
  /** It ends by itself, and may have ended when the cluster is up. */
  readonly ends?: true;
  /** Whether it stays after `down`. */
  readonly stays?: true;
}

/** A text as a pattern that matches just that text. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const either = (values: readonly string[]): string => `(${values.map((value) => literally(value)).join("|")})`;

/** The links of a cluster: the bridge, and containerd's end of each pod's link. */
const links = `(${bridge}|veth[0-9a-f]+)`;

/** All that `up` does to the machine. `down` undoes what does not say that it stays. */
export const footprint = (addresses: ClusterAddresses): readonly FootprintEntry[] => [
  {
    words: `network link ${bridge} with ${addresses.node}, and one link per pod; routes to ${addresses.podNetwork} (pods) and ${addresses.serviceNetwork} (Services)`,
    covers: {
      link: new RegExp(`^${links}$`),
      address: new RegExp(`^\\S+ dev ${links}$`),
      route: new RegExp(` dev ${links}( |$)`),
      sysctl: new RegExp(`^net/ipv[46]/(conf|neigh)/${links}/`),
    },
  },
  {
    words: `listeners on ${addresses.node}, reachable from this machine and its pods only: API server ${addresses.apiServerUrl}, registry ${addresses.registryHost}, kubelet port ${nodePorts.kubelet}`,
    covers: {
      listener: new RegExp(`^tcp ${literally(addresses.node)}:${either(Object.values(nodePorts).map(String))}$`),
    },
  },
  {
    words: `listeners on ${loopback}: ports ${Object.values(loopbackPorts).join(", ")}; through iptables, the ports of NodePort Services`,
    covers: {
      listener: new RegExp(`^tcp ${literally(loopback)}:${either(Object.values(loopbackPorts).map(String))}$`),
    },
  },
  {
    words: "iptables and ip6tables chains CANARY-LAB-* and KUBE-*, with jumps to them",
    covers: { chain: /^ip6?tables \w+ .*\b(CANARY-LAB|KUBE)-/ },
  },
  {
    words: `kernel settings: ${sysctlNames.map((name) => name.replaceAll("/", ".")).join(", ")}; with ip_forward the kernel switches the links' own forwarding and accept_redirects`,
    covers: { sysctl: new RegExp(`^${either(sysctlNames)}=|${followsForwarding.source.replace("$", "=")}`) },
  },
  {
    words: `control group /${cgroupName} in each hierarchy; with version 2 also the controllers that the root group hands down, and in a container the group /${formerRootName} for its processes`,
    covers: { cgroup: new RegExp(`^\\S*/(${cgroupName}|${formerRootName})(/|$)|^/cgroup\\.subtree_control `) },
  },
  {
    words:
      "processes: the cluster's own programs, and in its control group the pods and builds; AppArmor does not confine the pods, for its profile would stay in the kernel",
    covers: { process: /^(in its group|its own): / },
  },
  {
    words: "a process that deletes what builds and old tools have left in the cache, until that is done",
    covers: { process: /^other: (nice -n 19 )?(sh -c|rm -rf|mv) / },
    ends: true,
  },
  {
    words: `files in ${outsideFolders.join(", ")}, and ${ownerFile}; ${machineLock} while \`up\` or \`down\` runs`,
    covers: {
      file: new RegExp(
        `^(${either(madeFolders)}$|${either([...outsideFolders, dirname(ownerFile)])}(/|$)|${literally(machineLock)}$)`,
      ),
      listener: new RegExp(`^unix ${either(outsideFolders)}/`),
    },
  },
  {
    words:
      "kernel modules for links, rules and overlay mounts, loaded by the kernel where they are needed; they and their settings stay",
    covers: {
      module: /^(bridge|br_netfilter|stp|llc|veth|overlay|nfnetlink|(nf|nft|nfnetlink|xt|x|ipt|ip6?t?|ip6?table)_\w+)$/,
    },
    stays: true,
  },
];

/** The words of {@link footprint}. */
export const renderFootprint = (addresses: ClusterAddresses): readonly string[] =>
  footprint(addresses).map(({ words }) => words);

import type { Commands } from "../settings.ts";
import type { Tools } from "../toolchain/tools.ts";
import type { NodeLayout } from "./layout.ts";
import type { ClusterAddresses } from "./network/addresses.ts";

/** What the machine is like, as far as the node's configuration depends on it. Found by `readHost`. */
export interface Host {
  /** False where CAP_SYS_RESOURCE is withheld: then no process may lower an out-of-memory score. */
  readonly mayLowerOomScore: boolean;
  /** Whether packets that a bridge forwards pass iptables. Where they do not, Services have to masquerade. */
  readonly bridgeNetfilter: boolean;
  /** Whether NetworkPolicies can be enforced: what a bridge forwards passes iptables, and the kernel can queue packets for a program. */
  readonly enforcesPolicies: boolean;
  /** Name servers that CoreDNS forwards to; addresses that a pod can reach, so never loopback. May be empty. */
  readonly nameServers: readonly string[];
}

/** All that the node is rendered from: pure functions turn it into argv, configuration and manifests. */
export interface NodeSpec {
  /** Commands that error messages name. */
  readonly commands: Commands;
  readonly layout: NodeLayout;
  readonly addresses: ClusterAddresses;
  readonly tools: Pick<Tools, "bin" | "cniBin" | "versions">;
  readonly host: Host;
}

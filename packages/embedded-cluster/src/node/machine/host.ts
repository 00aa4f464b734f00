import { existsSync, readFileSync } from "node:fs";
import { hasPacketQueue } from "../network/network.ts";
import type { Host } from "../node-spec.ts";
import { hasCapability } from "./capabilities.ts";

/** The name servers of a resolv.conf that a pod can reach too: at most three, none on loopback. */
export function reachableNameServers(resolvConf: string): string[] {
  const all = [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? "");
  return all.filter((address) => !/^(127\.|::1$|0\.0\.0\.0$|fe80:)/i.test(address)).slice(0, 3);
}

/** Looks at the machine. @param path where `iptables-restore` is */
export async function readHost(path: string): Promise<Host> {
  const bridgeNetfilter = existsSync("/proc/sys/net/bridge/bridge-nf-call-iptables");
  return {
    mayLowerOomScore: hasCapability(readFileSync("/proc/self/status", "utf8"), "CAP_SYS_RESOURCE"),
    bridgeNetfilter,
    enforcesPolicies: bridgeNetfilter && (await hasPacketQueue(path)),
    nameServers: hostNameServers(),
  };
}

/** With systemd-resolved the file in /etc names its stub on loopback; the real servers are in its own. */
function hostNameServers(): string[] {
  for (const file of ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]) {
    const found = existsSync(file) ? reachableNameServers(readFileSync(file, "utf8")) : [];
    if (found.length > 0) return found;
  }
  return [];
}

import { existsSync, readFileSync } from "node:fs";
import type { Host } from "../node-spec.ts";

const sysResource = 24n; // bit of CAP_SYS_RESOURCE, capabilities(7)

/** Whether the effective capabilities in `/proc/self/status` allow to lower an out-of-memory score. */
export function mayLowerOomScore(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> sysResource) & 1n) === 1n;
}

/** The name servers of a resolv.conf that a pod can reach too: at most three, none on loopback. */
export function reachableNameServers(resolvConf: string): string[] {
  const all = [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1] ?? "");
  return all.filter((address) => !/^(127\.|::1$|0\.0\.0\.0$|fe80:)/i.test(address)).slice(0, 3);
}

/** Looks at the machine. */
export function readHost(): Host {
  return {
    mayLowerOomScore: mayLowerOomScore(readFileSync("/proc/self/status", "utf8")),
    bridgeNetfilter: existsSync("/proc/sys/net/bridge/bridge-nf-call-iptables"),
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

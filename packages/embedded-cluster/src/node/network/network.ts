import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { execa } from "execa";
import { addresses } from "./addresses.ts";

/** Chains of the lab's own, one per table. */
const chains = { raw: "CANARY-LAB-GUARD", nat: "CANARY-LAB-MASQUERADE", filter: "CANARY-LAB-PODS" } as const;

/** The programs that find `iptables` and `ip`: the lab's tools first, then the system's. */
export const searchPath = (bin: string): string =>
  [bin, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(delimiter);

export const bridgeExists = (): boolean => existsSync(`/sys/class/net/${addresses.bridge}`);

/** Input of `ip -batch -` that makes the bridge; every line can be repeated, but the first. */
export function renderBridge(exists: boolean): string {
  const { bridge, bridgeMac, node, podNetwork, serviceNetwork } = addresses;
  const prefix = podNetwork.split("/")[1];
  return [
    ...(exists ? [] : [`link add ${bridge} type bridge`]),
    `link set ${bridge} address ${bridgeMac} up`,
    `address replace ${node}/${prefix} dev ${bridge}`,
    // Services exist in iptables only; the route gives calls from the host the right source, and keeps them off the uplink.
    `route replace ${serviceNetwork} dev ${bridge} src ${node}`,
    "",
  ].join("\n");
}

/**
 * Input of `iptables-restore --noflush` that fills the lab's chains, and puts the jumps to them that `saved` lacks in front:
 * - what comes from another machine and is meant for the lab's networks is dropped, before anything is translated;
 * - what leaves the pod network is masqueraded;
 * - pods may reach the node and each other, even where a firewall drops what it does not know.
 */
export function renderRules(saved: string): string {
  const { bridge, podNetwork, labNetwork } = addresses;
  const present = new Set(saved.split("\n"));
  const jump = (from: string, rule: string) => (present.has(`-A ${from} ${rule}`) ? [] : [`-I ${from} ${rule}`]);
  return [
    "*raw",
    `:${chains.raw} - [0:0]`,
    ...jump("PREROUTING", `-j ${chains.raw}`),
    `-A ${chains.raw} -i lo -j RETURN`,
    `-A ${chains.raw} -i ${bridge} -j RETURN`,
    `-A ${chains.raw} -d ${labNetwork} -j DROP`,
    "COMMIT",
    "*nat",
    `:${chains.nat} - [0:0]`,
    ...jump("POSTROUTING", `-s ${podNetwork} -j ${chains.nat}`),
    `-A ${chains.nat} ! -d ${labNetwork} -j MASQUERADE`,
    "COMMIT",
    "*filter",
    `:${chains.filter} - [0:0]`,
    ...jump("INPUT", `-j ${chains.filter}`),
    ...jump("FORWARD", `-j ${chains.filter}`),
    `-A ${chains.filter} -i ${bridge} -j ACCEPT`,
    `-A ${chains.filter} -o ${bridge} -j ACCEPT`,
    "COMMIT",
    "",
  ].join("\n");
}

/** A chain that the lab or its kube-proxy made. */
const isLabChain = (name: string): boolean => name.startsWith("KUBE-") || name.startsWith("CANARY-LAB-");

/** The lab's chains in the output of `iptables-save`, as `table/chain`. */
export function labChainsIn(saved: string): string[] {
  const found: string[] = [];
  let table = "";
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    const chain = /^:(\S+)/.exec(line)?.[1];
    if (chain && isLabChain(chain)) found.push(`${table}/${chain}`);
  }
  return found;
}

/** Input of `iptables-restore --noflush` that removes the lab's chains and every jump to them, and leaves all else as it is. */
export function renderRemoval(saved: string): string {
  const lines: string[] = [];
  let body: { jumps: string[]; chains: string[] } = { jumps: [], chains: [] };
  for (const line of saved.split("\n")) {
    const chain = /^:(\S+)/.exec(line)?.[1];
    const [, from, target] = /^-A (\S+) .*-[jg] (\S+)/.exec(line) ?? [];
    if (line.startsWith("*")) {
      body = { jumps: [], chains: [] };
      lines.push(line);
    } else if (chain && isLabChain(chain)) body.chains.push(chain);
    else if (from && target && !isLabChain(from) && isLabChain(target)) body.jumps.push(line.replace(/^-A/, "-D"));
    else if (line === "COMMIT") {
      // A chain can only go once nothing refers to it: empty all first.
      lines.push(
        ...body.jumps,
        ...body.chains.map((name) => `-F ${name}`),
        ...body.chains.map((name) => `-X ${name}`),
        line,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

const run = (path: string, file: string, args: readonly string[], input?: string) =>
  execa(file, args, { env: { PATH: path }, ...(input === undefined ? {} : { input }) });

/** Makes the bridge with the node's address on it, and the lab's rules. Repeatable. */
export async function makeNetwork(path: string): Promise<void> {
  await run(path, "ip", ["-batch", "-"], renderBridge(bridgeExists()));
  const { stdout } = await run(path, "iptables-save", []);
  await run(path, "iptables-restore", ["--noflush", "--wait=5"], renderRules(stdout));
}

/** Removes the bridge and every chain of the lab, IPv6 included. Succeeds where there is none. */
export async function removeNetwork(path: string): Promise<void> {
  if (bridgeExists()) await run(path, "ip", ["link", "delete", addresses.bridge]);
  for (const family of ["iptables", "ip6tables"]) {
    const saved = await savedRules(path, family);
    if (labChainsIn(saved).length === 0) continue;
    await run(path, `${family}-restore`, ["--noflush", "--wait=5"], renderRemoval(saved));
  }
}

/** The output of `iptables-save` or `ip6tables-save`; empty where the program is not there, for then neither are rules of the lab. */
export async function savedRules(path: string, family: string): Promise<string> {
  const { stdout } = await execa(`${family}-save`, [], { env: { PATH: path }, reject: false });
  return stdout ?? "";
}

import { existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { execa } from "execa";
import { bridge, bridgeMac, type ClusterAddresses, packetQueue, portsForPods } from "./addresses.ts";
import { parseRoutes, type Route } from "./routes.ts";

/** The chains of the cluster's own. */
const chains = {
  raw: "CANARY-LAB-GUARD",
  nat: "CANARY-LAB-MASQUERADE",
  input: "CANARY-LAB-INPUT",
  forward: "CANARY-LAB-FORWARD",
  outward: "CANARY-LAB-OUTWARD",
  policies: "CANARY-LAB-POLICIES",
} as const;

/** The programs that find `iptables` and `ip`: the lab's tools first, then the system's. */
export const searchPath = (bin: string): string =>
  [bin, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(delimiter);

export const bridgeExists = (): boolean => existsSync(`/sys/class/net/${bridge}`);

/** What is there of the bridge: nothing, one for this network, or one that a dead cluster left, which had another network. */
export type BridgeState = "absent" | "own" | "foreign";

/** @param routes those of the main table, as they show which network a link is for, also while nothing hangs on it */
export function bridgeState(exists: boolean, routes: readonly Route[], { podNetwork }: ClusterAddresses): BridgeState {
  if (!exists) return "absent";
  const networks = routes.filter(({ link }) => link === bridge).map(({ network }) => network);
  return networks.length === 0 || networks.includes(podNetwork) ? "own" : "foreign";
}

/** Input of `ip -batch -` that makes the bridge; every line can be repeated, but those that delete and add it. */
export function renderBridge(state: BridgeState, addresses: ClusterAddresses): string {
  const { node, podNetwork, serviceNetwork } = addresses;
  const prefix = podNetwork.split("/")[1];
  return [
    // Its addresses and routes go with it.
    ...(state === "foreign" ? [`link delete ${bridge}`] : []),
    ...(state === "own" ? [] : [`link add ${bridge} type bridge`]),
    `link set ${bridge} address ${bridgeMac} up`,
    `address replace ${node}/${prefix} dev ${bridge}`,
    // Services exist in iptables only; the route gives calls from the host the right source, and keeps them off the uplink.
    `route replace ${serviceNetwork} dev ${bridge} src ${node}`,
    "",
  ].join("\n");
}

/**
 * Input of `iptables-restore --noflush` that fills the cluster's chains and adds the jumps to them that `saved` lacks.
 *
 * Rules that come before the user's firewall accept only what the cluster cannot work without: pods call the API server and the
 * kubelet on the node's own address and each other, and answer what the host asked them. For every other address and port of
 * the machine the user's rules decide. What pods send out of the machine is accepted after the user's rules, so that it is
 * stopped by a rule of theirs but not by a policy such as the one that Docker sets.
 */
export function renderRules(saved: string, { podNetwork, network, node }: ClusterAddresses): string {
  const { first, last } = unlessIn(saved);
  const answers = "-m conntrack --ctstate RELATED,ESTABLISHED";
  return [
    "*raw",
    `:${chains.raw} - [0:0]`,
    ...first(`PREROUTING -j ${chains.raw}`),
    `-A ${chains.raw} -i lo -j RETURN`,
    // kube-proxy serves node ports on loopback. For that the kernel has to route 127.0.0.0/8, and a neighbour or a pod that
    // sends there over a link would reach them and whatever else listens on loopback.
    `-A ${chains.raw} -d 127.0.0.0/8 -j DROP`,
    `-A ${chains.raw} -i ${bridge} -j RETURN`,
    `-A ${chains.raw} -d ${network} -j DROP`,
    "COMMIT",
    "*nat",
    `:${chains.nat} - [0:0]`,
    // Jumps name no address: one that a dead cluster left is right for a cluster in another network, too.
    ...first(`POSTROUTING -j ${chains.nat}`),
    `-A ${chains.nat} -s ${podNetwork} ! -d ${network} -j MASQUERADE`,
    "COMMIT",
    "*filter",
    `:${chains.input} - [0:0]`,
    `:${chains.forward} - [0:0]`,
    `:${chains.outward} - [0:0]`,
    ...first(`INPUT -i ${bridge} -j ${chains.input}`),
    `-A ${chains.input} ${answers} -j ACCEPT`,
    ...portsForPods.map((port) => `-A ${chains.input} -d ${node}/32 -p tcp -m tcp --dport ${port} -j ACCEPT`),
    ...first(`FORWARD -o ${bridge} -j ${chains.forward}`),
    `-A ${chains.forward} -i ${bridge} -j ACCEPT`,
    `-A ${chains.forward} ${answers} -j ACCEPT`,
    ...last(`FORWARD -i ${bridge} -j ${chains.outward}`),
    `-A ${chains.outward} -j ACCEPT`,
    "COMMIT",
    "",
  ].join("\n");
}

/**
 * Input of `iptables-restore --noflush` that hands the first packet of each connection of a pod to the program that knows the
 * NetworkPolicies: what pods send to each other, outside and to the node. What the node sends to its pods Kubernetes lets through.
 *
 * Table `mangle`, because a packet that the program lets go on skips the other rules of the chain that it came from: those of table
 * `filter`, the user's too, come after. Without the program, as while the node starts, packets pass: pods that no policy is about
 * must not be cut off when it has ended.
 */
export function renderQueueRules(saved: string): string {
  const { first } = unlessIn(saved);
  return [
    "*mangle",
    `:${chains.policies} - [0:0]`,
    ...[`FORWARD -i ${bridge}`, `FORWARD -o ${bridge}`, `INPUT -i ${bridge}`].flatMap((from) =>
      first(`${from} -j ${chains.policies}`),
    ),
    `-A ${chains.policies} -m conntrack --ctstate NEW -j NFQUEUE --queue-num ${packetQueue} --queue-bypass`,
    "COMMIT",
    "",
  ].join("\n");
}

/** Rules that `iptables-save` does not list, to be put before those of others, or after them. */
function unlessIn(saved: string) {
  const present = new Set(saved.split("\n"));
  const unlessPresent = (flag: "-I" | "-A", rule: string) => (present.has(`-A ${rule}`) ? [] : [`${flag} ${rule}`]);
  return {
    first: (rule: string) => unlessPresent("-I", rule),
    last: (rule: string) => unlessPresent("-A", rule),
  };
}

/** A chain that the lab or its kube-proxy made. */
const isLabChain = (name: string): boolean => name.startsWith("KUBE-") || name.startsWith("CANARY-LAB-");

/** The lab's chains in the output of `iptables-save`, as `table/chain`. */
export function labChainsIn(saved: string, isOurs: (chain: string) => boolean = isLabChain): string[] {
  const found: string[] = [];
  let table = "";
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    const chain = /^:(\S+)/.exec(line)?.[1];
    if (chain && isOurs(chain)) found.push(`${table}/${chain}`);
  }
  return found;
}

/** A chain of the cluster's own that this version does not make: another version left it. */
const isStaleChain = (name: string): boolean =>
  name.startsWith("CANARY-LAB-") && !Object.values<string>(chains).includes(name);

/**
 * Input of `iptables-restore --noflush` that removes the chains that `isOurs` names and every jump to them, and leaves all else
 * as it is.
 */
export function renderRemoval(saved: string, isOurs: (chain: string) => boolean = isLabChain): string {
  const lines: string[] = [];
  let body: { jumps: string[]; chains: string[] } = { jumps: [], chains: [] };
  for (const line of saved.split("\n")) {
    const chain = /^:(\S+)/.exec(line)?.[1];
    const [, from, target] = /^-A (\S+) .*-[jg] (\S+)/.exec(line) ?? [];
    if (line.startsWith("*")) {
      body = { jumps: [], chains: [] };
      lines.push(line);
    } else if (chain && isOurs(chain)) body.chains.push(chain);
    else if (from && target && !isOurs(from) && isOurs(target)) body.jumps.push(line.replace(/^-A/, "-D"));
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

/**
 * Asks the kernel whether it can queue packets for a program. No rule is made. Of a target that the kernel lacks `iptables-restore` only
 * warns while it tests.
 */
export async function hasPacketQueue(path: string): Promise<boolean> {
  const args = ["--noflush", "--test", "--wait=5"];
  const { failed, stderr } = await execa("iptables-restore", args, {
    env: { PATH: path },
    input: renderQueueRules(""),
    reject: false,
  });
  return !failed && !stderr.includes("missing kernel module");
}

/**
 * Makes the bridge with the node's address on it, and the lab's rules. Repeatable.
 *
 * @param enforcesPolicies whether pods' packets are handed to the program that knows the NetworkPolicies
 */
export async function makeNetwork(path: string, addresses: ClusterAddresses, enforcesPolicies: boolean): Promise<void> {
  const state = bridgeState(bridgeExists(), parseRoutes(readFileSync("/proc/net/route", "utf8")), addresses);
  await run(path, "ip", ["-batch", "-"], renderBridge(state, addresses));
  const { stdout: saved } = await run(path, "iptables-save", []);
  const restore = (rules: string) => run(path, "iptables-restore", ["--noflush", "--wait=5"], rules);
  await restore(renderRules(saved, addresses));
  if (enforcesPolicies) await restore(renderQueueRules(saved));
  if (labChainsIn(saved, isStaleChain).length > 0) await restore(renderRemoval(saved, isStaleChain));
}

/** Removes the bridge and every chain of the lab, IPv6 included. Succeeds where there is none. */
export async function removeNetwork(path: string): Promise<void> {
  if (bridgeExists()) await run(path, "ip", ["link", "delete", bridge]);
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

import { existsSync, readFileSync, statfsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import type { Commands, EmbeddedClusterSettings } from "../../settings.ts";
import { nodeLayout } from "../layout.ts";
import { addresses, loopbackPorts, nodePorts } from "../network/addresses.ts";
import { findListener, type Listener, ownerOfSocket, parseListeners } from "../network/listeners.ts";
import { overlaps, parseRoutes } from "../network/routes.ts";
import { foreignNodeProgram } from "../supervision/proc.ts";
import { type Capability, hasCapability } from "./capabilities.ts";
import { cgroupObstacle } from "./cgroups.ts";
import { otherClusterObstacle } from "./owner.ts";

/** Free space in GB: for the images, the builds and the cluster's own state; once they are there, enough to go on. */
const gigabytesNeeded = { first: 6, again: 1 } as const;

/** A Unix socket's name has at most 107 bytes; the longest in the home is the kubelet's, for device plugins. */
const longestSocket = "node/kubelet/pod-resources/kubelet.sock".length + 12;

/**
 * What stands in the way of a node on this machine: all of it at once, so that nobody mends one thing only to hear of the
 * next. It needs no tools, changes nothing and takes milliseconds.
 */
export function obstacles({ home, commands }: EmbeddedClusterSettings): UserError[] {
  const platform = platformObstacle(process.platform, process.arch);
  if (platform) return [platform]; // the rest reads what only Linux has
  return [
    rightsObstacle(process.getuid?.() ?? -1, readFileSync("/proc/self/status", "utf8"), commands.up),
    otherClusterObstacle(home),
    foreignNodeObstacle(commands),
    ...portObstacles(readListeners(), commands),
    networkObstacle(commands),
    cgroupObstacle(),
    diskObstacle(home, commands),
    pathObstacle(home, commands),
  ].filter((obstacle) => obstacle !== undefined);
}

export function platformObstacle(platform: string, arch: string): UserError | undefined {
  if (platform === "linux" && arch === "x64") return undefined;
  return new UserError(`The embedded cluster does not run on ${platform} ${arch}.`, { allowed: "linux x64" });
}

/** Mounts, and links and rules, ask for these. */
const capabilities: readonly Capability[] = ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"];

/**
 * @param status text of `/proc/self/status`
 * @param command what the user wants to run
 */
export function rightsObstacle(uid: number, status: string, command: string): UserError | undefined {
  if (uid !== 0) {
    return new UserError("The embedded cluster needs root, for mounts, network links and firewall rules.", {
      next: `sudo ${command}`,
    });
  }
  const missing = capabilities.filter((capability) => !hasCapability(status, capability));
  if (missing.length === 0) return undefined;
  return new UserError(`This root lacks ${missing.join(" and ")}, as in a container without privileges.`, {
    next: `start the container with --privileged, then run: ${command}`,
  });
}

function foreignNodeObstacle({ up }: Commands): UserError | undefined {
  const foreign = foreignNodeProgram();
  return (
    foreign &&
    new UserError("This machine is a Kubernetes node already, and two nodes undo each other's iptables rules.", {
      place: `process ${foreign.pid}: ${foreign.command.slice(0, 120)}`,
      next: `use that cluster; or take it down, then run: ${up}`,
    })
  );
}

function readListeners(): Listener[] {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((file) => existsSync(file));
  return tables.flatMap((file) => parseListeners(readFileSync(file, "utf8")));
}

/** The ports of the node that others listen on. An embedded cluster's own processes are not in the way: see `otherClusterObstacle`. */
export function portObstacles(listeners: readonly Listener[], { up }: Commands, ownerOf = ownerOfSocket): UserError[] {
  const wanted = [
    ...Object.values(loopbackPorts).map((port) => ({ address: addresses.loopback, port })),
    ...Object.values(nodePorts).map((port) => ({ address: addresses.node, port })),
  ];
  return wanted.flatMap(({ address, port }) => {
    const taken = findListener(listeners, address, port);
    if (taken === undefined) return [];
    const owner = ownerOf(taken.inode);
    if (owner?.home !== undefined) return [];
    return new UserError(`Port ${port} on ${address} is taken.`, {
      place: owner ? `process ${owner.pid}: ${owner.command.slice(0, 120)}` : `a listener on ${taken.address}:${port}`,
      next: `${owner ? `kill ${owner.pid}` : "end that program"}, then run: ${up}`,
    });
  });
}

function networkObstacle({ up }: Commands): UserError | undefined {
  const taken = [
    ...parseRoutes(readFileSync("/proc/net/route", "utf8")).map(({ link, network }) => ({ link, network })),
    ...Object.entries(networkInterfaces()).flatMap(([link, own]) =>
      (own ?? []).flatMap(({ family, cidr }) => (family === "IPv4" && cidr ? [{ link, network: cidr }] : [])),
    ),
  ].find(({ link, network }) => link !== addresses.bridge && overlaps(network, addresses.labNetwork));
  if (taken === undefined) return undefined;
  return new UserError(`The network ${taken.network} overlaps with the embedded cluster's ${addresses.labNetwork}.`, {
    place: `link ${taken.link}`,
    next: `remove that route or address, then run: ${up}`,
  });
}

function diskObstacle(home: string, { up }: Commands): UserError | undefined {
  const needed = existsSync(join(nodeLayout(home).state, "etcd")) ? gigabytesNeeded.again : gigabytesNeeded.first;
  const folder = existsSync(home) ? home : dirname(home);
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 1e9;
  if (free >= needed) return undefined;
  return new UserError(`The disk is nearly full: ${free.toFixed(1)} GB are free, and the node needs ${needed} GB.`, {
    place: folder,
    next: `free some disk space, or make ${home} a link to a folder on a larger disk, then run: ${up}`,
  });
}

export function pathObstacle(home: string, { up }: Commands): UserError | undefined {
  const longest = 107 - longestSocket - 1;
  if (Buffer.byteLength(home) <= longest) return undefined;
  return new UserError("The path of the cluster's folder is too long for the Unix sockets in it.", {
    place: home,
    allowed: `at most ${longest} bytes`,
    next: `move it to a shorter path, then run: ${up}`,
  });
}

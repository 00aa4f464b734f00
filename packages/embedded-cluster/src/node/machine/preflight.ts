import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import type { Commands, EmbeddedClusterSettings } from "../../settings.ts";
import { freeGigabytes } from "../../toolchain/disk.ts";
import { nodeLayout } from "../layout.ts";
import {
  bridge,
  type ClusterAddresses,
  clusterAddresses,
  loopback,
  loopbackPorts,
  nodePorts,
} from "../network/addresses.ts";
import { chosenNetwork, freeNetwork, isNodeMade, upIn } from "../network/chosen-network.ts";
import { findListener, type Listener, ownerOfSocket, parseListeners } from "../network/listeners.ts";
import { overlaps, parseRoutes, type Route } from "../network/routes.ts";
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
export function obstacles(settings: EmbeddedClusterSettings): UserError[] {
  const { home, commands } = settings;
  const platform = platformObstacle(process.platform, process.arch);
  if (platform) return [platform]; // the rest reads what only Linux has
  return [
    rightsObstacle(process.getuid?.() ?? -1, readFileSync("/proc/self/status", "utf8"), commands.up),
    otherClusterObstacle(home),
    foreignNodeObstacle(commands),
    ...addressObstacles(settings),
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
    first: "start the container with --privileged",
    next: command,
  });
}

function foreignNodeObstacle({ up }: Commands): UserError | undefined {
  const foreign = foreignNodeProgram();
  return (
    foreign &&
    new UserError("This machine is a Kubernetes node already, and two nodes undo each other's iptables rules.", {
      place: `process ${foreign.pid}: ${foreign.command.slice(0, 120)}`,
      first: "take that node down, or use its cluster",
      next: up,
    })
  );
}

/** What others have of the cluster's addresses; or, where it can have none of the network that is asked for, the reason. */
function addressObstacles(settings: EmbeddedClusterSettings): (UserError | undefined)[] {
  const { home, commands } = settings;
  try {
    const addresses = clusterAddresses(chosenNetwork(settings));
    return [
      ...portObstacles(readListeners(), addresses, commands),
      networkObstacle(readNetworks(), addresses, commands, isNodeMade(home)),
    ];
  } catch (error) {
    if (error instanceof UserError) return [error];
    throw error;
  }
}

function readListeners(): Listener[] {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((file) => existsSync(file));
  return tables.flatMap((file) => parseListeners(readFileSync(file, "utf8")));
}

/** The ports of the node that others listen on. An embedded cluster's own processes are not in the way: see `otherClusterObstacle`. */
export function portObstacles(
  listeners: readonly Listener[],
  { node }: Pick<ClusterAddresses, "node">,
  { up }: Commands,
  ownerOf = ownerOfSocket,
): UserError[] {
  const wanted = [
    ...Object.values(loopbackPorts).map((port) => ({ address: loopback, port })),
    ...Object.values(nodePorts).map((port) => ({ address: node, port })),
  ];
  return wanted.flatMap(({ address, port }) => {
    const taken = findListener(listeners, address, port);
    if (taken === undefined) return [];
    const owner = ownerOf(taken.inode);
    if (owner?.home !== undefined) return [];
    return new UserError(`Port ${port} on ${address} is taken.`, {
      place: owner ? `process ${owner.pid}: ${owner.command.slice(0, 120)}` : `a listener on ${taken.address}:${port}`,
      ...(owner ? { next: `kill ${owner.pid} && ${up}` } : { first: "end that program", next: up }),
    });
  });
}

/** The networks that this machine reaches by its routes, or is in. */
const readNetworks = (): readonly Route[] => [
  ...parseRoutes(readFileSync("/proc/net/route", "utf8")),
  ...Object.entries(networkInterfaces()).flatMap(([link, own]) =>
    (own ?? []).flatMap(({ family, cidr }) => (family === "IPv4" && cidr ? [{ link, network: cidr }] : [])),
  ),
];

/** The refusal where others have addresses of the cluster's network; it names a network that is free. */
export function networkObstacle(
  networks: readonly Route[],
  { network }: Pick<ClusterAddresses, "network">,
  commands: Commands,
  isMade: boolean,
): UserError | undefined {
  const others = networks.filter(({ link }) => link !== bridge);
  const taken = others.find((other) => overlaps(other.network, network));
  if (taken === undefined) return undefined;
  const free = freeNetwork(others.map((other) => other.network));
  return new UserError(`The network ${taken.network} overlaps with the embedded cluster's ${network}.`, {
    place: `link ${taken.link}`,
    ...(free ? { next: upIn(commands, free, isMade) } : { first: "remove that route or address", next: commands.up }),
  });
}

function diskObstacle(home: string, { up }: Commands): UserError | undefined {
  const needed = existsSync(join(nodeLayout(home).state, "etcd")) ? gigabytesNeeded.again : gigabytesNeeded.first;
  const free = freeGigabytes(home);
  if (free >= needed) return undefined;
  return new UserError(`The disk is nearly full: ${free.toFixed(1)} GB are free, and the node needs ${needed} GB.`, {
    place: home,
    first: `free some disk space, or make ${home} a link to a folder on a larger disk`,
    next: up,
  });
}

export function pathObstacle(home: string, { up }: Commands): UserError | undefined {
  const longest = 107 - longestSocket - 1;
  if (Buffer.byteLength(home) <= longest) return undefined;
  return new UserError("The path of the cluster's folder is too long for the Unix sockets in it.", {
    place: home,
    allowed: `at most ${longest} bytes`,
    first: "move it to a shorter path",
    next: up,
  });
}

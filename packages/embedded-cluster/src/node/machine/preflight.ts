import { existsSync, readFileSync, statfsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import type { NodeLayout } from "../layout.ts";
import { addresses, loopbackPorts, nodePorts } from "../network/addresses.ts";
import { findListener, ownerOfSocket, parseListeners } from "../network/listeners.ts";
import { overlaps, parseRoutes } from "../network/routes.ts";
import { foreignNodeProgram } from "../supervision/proc.ts";
import { refuseOtherLab } from "./owner.ts";

const again = "then run: npx canaryctl up";

/** Free space in GB: for the images, the builds and the cluster's own state; once they are there, enough to go on. */
const gigabytesNeeded = { first: 6, again: 1 } as const;

/** A Unix socket's name has at most 107 bytes; the longest below `.lab/` is the kubelet's, for device plugins. */
const longestSocket = "node/kubelet/pod-resources/kubelet.sock".length + 12;

/**
 * Refuses what cannot end well, before anything is done. It needs no tools and takes milliseconds.
 *
 * @throws UserError for the first cause found
 */
export function preflight(layout: NodeLayout): void {
  refusePlatform(process.platform, process.arch);
  refuseRights(process.getuid?.() ?? -1, readFileSync("/proc/self/status", "utf8"));
  refuseOtherLab(layout.lab);
  refuseForeignNode();
  refuseTakenPorts(layout.lab);
  refuseTakenNetworks();
  refuseFullDisk(layout);
  refuseLongPath(layout.lab);
}

export function refusePlatform(platform: string, arch: string): void {
  if (platform === "linux" && arch === "x64") return;
  throw new UserError(`The embedded cluster does not run on ${platform} ${arch}.`, {
    allowed: "linux x64",
    next: "npx canaryctl up --cluster kind, or set kubeContext in Pulumi.dev.yaml to a cluster of yours",
  });
}

/** Bits of capabilities(7) that mounting, and making links and rules, ask for. */
const capabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n } as const;

export function refuseRights(uid: number, status: string): void {
  const next = "run it as root (sudo), or npx canaryctl up --cluster kind, or set kubeContext in Pulumi.dev.yaml";
  if (uid !== 0)
    throw new UserError("The embedded cluster needs root: it mounts, and makes links and rules.", { next });
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const missing = Object.entries(capabilities).filter(([, bit]) => ((effective >> bit) & 1n) === 0n);
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name).join(" and ");
  throw new UserError(`This root may not do what the embedded cluster needs: it lacks ${names}.`, { next });
}

function refuseForeignNode(): void {
  const foreign = foreignNodeProgram();
  if (foreign === undefined) return;
  throw new UserError("This machine is a Kubernetes node already: two nodes undo each other's iptables rules.", {
    place: `process ${foreign.pid}: ${foreign.command.slice(0, 120)}`,
    next: "set kubeContext in Pulumi.dev.yaml to that cluster, or use another machine",
  });
}

function refuseTakenPorts(lab: string): void {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].filter((file) => existsSync(file));
  const listeners = tables.flatMap((file) => parseListeners(readFileSync(file, "utf8")));
  const wanted = [
    ...Object.values(loopbackPorts).map((port) => ({ address: addresses.loopback, port })),
    ...Object.values(nodePorts).map((port) => ({ address: addresses.node, port })),
  ];
  for (const { address, port } of wanted) {
    const taken = findListener(listeners, address, port);
    const owner = taken && ownerOfSocket(taken.inode);
    if (taken === undefined || owner?.lab === lab) continue;
    throw new UserError(`Port ${port} on ${address} is taken.`, {
      place: owner ? `process ${owner.pid}: ${owner.command.slice(0, 120)}` : `a listener on ${taken.address}:${port}`,
      next: `end that process, ${again}`,
    });
  }
}

function refuseTakenNetworks(): void {
  const taken = [
    ...parseRoutes(readFileSync("/proc/net/route", "utf8")).map(({ link, network }) => ({ link, network })),
    ...Object.entries(networkInterfaces()).flatMap(([link, own]) =>
      (own ?? []).flatMap(({ family, cidr }) => (family === "IPv4" && cidr ? [{ link, network: cidr }] : [])),
    ),
  ].find(({ link, network }) => link !== addresses.bridge && overlaps(network, addresses.labNetwork));
  if (taken === undefined) return;
  throw new UserError(
    `The network ${taken.network} on ${taken.link} overlaps with the lab's ${addresses.labNetwork}.`,
    {
      place: `link ${taken.link}`,
      next: `remove that route or address, ${again}; or set kubeContext in Pulumi.dev.yaml to a cluster elsewhere`,
    },
  );
}

function refuseFullDisk(layout: NodeLayout): void {
  const needed = existsSync(join(layout.state, "etcd")) ? gigabytesNeeded.again : gigabytesNeeded.first;
  const folder = existsSync(layout.lab) ? layout.lab : dirname(layout.lab);
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 1e9;
  if (free >= needed) return;
  throw new UserError(`The disk is nearly full: ${free.toFixed(1)} GB are free, and the node needs ${needed} GB.`, {
    place: folder,
    next: `free some disk space, or make .lab a link to a folder on a larger disk, ${again}`,
  });
}

export function refuseLongPath(lab: string): void {
  const longest = 107 - longestSocket - 1;
  if (Buffer.byteLength(lab) <= longest) return;
  throw new UserError("The path of the lab folder is too long for the Unix sockets in it.", {
    place: lab,
    allowed: `at most ${longest} bytes`,
    next: `move the checkout to a shorter path, ${again}`,
  });
}

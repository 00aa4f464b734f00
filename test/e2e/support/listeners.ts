import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { labAddresses } from "./lab-addresses.ts";

/** The state of a listening socket in /proc/net/tcp. */
const listening = "0A";

/**
 * Sockets of this lab's processes that listen on an address of this machine which is neither loopback nor the node's own,
 * as `program address:port`. Processes inside pods have a network of their own and do not count.
 */
export function foreignListeners(): readonly string[] {
  const owners = socketOwners();
  return ["tcp", "tcp6"]
    .flatMap((table) => readFileSync(`/proc/self/net/${table}`, "utf8").trim().split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && owners.has(fields[9] ?? ""))
    .map((fields) => ({ program: owners.get(fields[9] ?? "") ?? "", address: readAddress(fields[1] ?? "") }))
    .filter(({ address }) => !/^(127\.|::1:)/.test(address) && !address.startsWith(`${labAddresses.node}:`))
    .map(({ program, address }) => `${program} ${address}`);
}

/** Address and port from the kernel's table: hexadecimal, each group of four bytes in the machine's order (little-endian). */
export function readAddress(field: string): string {
  const [hex = "", port = ""] = field.split(":");
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((group) =>
    (group.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.join(".")}:${number}`;
  // An IPv4 address in its IPv6 form is the same address.
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255)
    return `${bytes.slice(12).join(".")}:${number}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  return `${groups.join(":").replace(/^(0:)+/, "::")}:${number}`;
}

/** Which program of this lab holds a socket, by the socket's inode. */
function socketOwners(): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const network = readlinkSync("/proc/self/ns/net");
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const [program = "", ...rest] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (![program, ...rest].some((argument) => argument.includes(repositoryRoot))) continue;
      if (readlinkSync(`/proc/${pid}/ns/net`) !== network) continue;
      for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
        if (inode) owners.set(inode, basename(program));
      }
    } catch {
      // the process ended meanwhile
    }
  }
  return owners;
}

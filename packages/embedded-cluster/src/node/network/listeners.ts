import { readdirSync, readlinkSync } from "node:fs";
import { allPids, commandLine, markOf } from "../supervision/proc.ts";

/** A TCP socket that somebody listens on. */
export interface Listener {
  /** `*` where it listens on every address. */
  readonly address: string;
  readonly port: number;
  readonly inode: number;
}

const listenState = "0A";

/** Reads `/proc/net/tcp` or `/proc/net/tcp6`. */
export function parseListeners(table: string): Listener[] {
  return table.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const [address, port] = local?.split(":") ?? [];
    if (state !== listenState || address === undefined || port === undefined) return [];
    return [{ address: readAddress(address), port: Number.parseInt(port, 16), inode: Number(inode) }];
  });
}

/** The kernel writes an address as hexadecimal words in the order of the machine: little-endian here. */
function readAddress(hex: string): string {
  if (/^0+$/.test(hex)) return "*";
  const word = hex.length === 8 ? hex : /^0{16}FFFF0000(.{8})$/i.exec(hex)?.[1]; // IPv4 as IPv6
  if (word === undefined) return hex;
  if (/^0+$/.test(word)) return "*";
  return [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)).join(".");
}

/** Who would be in the way of a listener on that address and port. */
export const findListener = (listeners: readonly Listener[], address: string, port: number): Listener | undefined =>
  listeners.find((listener) => listener.port === port && (listener.address === "*" || listener.address === address));

/** The process that holds a socket, and the home of the cluster that it belongs to, if any. Looks through every process: for errors only. */
export function ownerOfSocket(inode: number): { pid: number; command: string; home: string | undefined } | undefined {
  const wanted = `socket:[${inode}]`;
  const pid = allPids().find((candidate) => holds(candidate, wanted));
  return pid === undefined ? undefined : { pid, command: commandLine(pid), home: markOf(pid)?.home };
}

function holds(pid: number, wanted: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readLink(`/proc/${pid}/fd/${fd}`) === wanted);
  } catch {
    return false; // it has ended
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ""; // closed in between
  }
}

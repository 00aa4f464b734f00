import { BlockList } from "node:net";

/** A route of the main table to somewhere in particular. */
export interface Route {
  readonly link: string;
  /** `address/prefix`. */
  readonly network: string;
}

/** Reads `/proc/net/route`; the default route is left out. */
export function parseRoutes(table: string): Route[] {
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [link, destination, , , , , , mask] = line.trim().split(/\s+/);
      if (!link || !destination || !mask) return [];
      const prefix = bytesOf(mask).reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
      return prefix === 0 ? [] : [{ link, network: `${bytesOf(destination).join(".")}/${prefix}` }];
    });
}

/** The kernel writes addresses as hexadecimal words in the order of the machine: little-endian here. */
const bytesOf = (hex: string): number[] => [...Buffer.from(hex, "hex")].reverse();

/** Whether two networks, each `address/prefix`, share an address: then the larger one holds any address of the other. */
export const overlaps = (a: string, b: string): boolean => holds(a, b) || holds(b, a);

function holds(network: string, other: string): boolean {
  const [address = "", prefix = "32"] = network.split("/");
  const list = new BlockList();
  list.addSubnet(address, Number(prefix));
  return list.check(other.split("/")[0] ?? "");
}

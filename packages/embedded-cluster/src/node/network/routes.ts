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
      const prefix = [...swap(mask).toString(2)].filter((bit) => bit === "1").length;
      return prefix === 0 ? [] : [{ link, network: `${dotted(swap(destination))}/${prefix}` }];
    });
}

/** The kernel writes addresses as hexadecimal words in the order of the machine: little-endian here. */
const swap = (hex: string): number => Buffer.from(hex, "hex").reverse().readUInt32BE();

const dotted = (address: number): string => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");

/** Whether two networks, each `address/prefix`, share an address. */
export function overlaps(a: string, b: string): boolean {
  const [first, second] = [range(a), range(b)];
  return first.start <= second.end && second.start <= first.end;
}

function range(network: string): { readonly start: number; readonly end: number } {
  const [address = "", prefix = "32"] = network.split("/");
  const size = 2 ** (32 - Number(prefix));
  const value = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const start = value - (value % size);
  return { start, end: start + size - 1 };
}

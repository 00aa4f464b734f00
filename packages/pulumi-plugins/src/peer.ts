import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { UserError } from "@canary-lab/kit/user-error";

/** One end of a connection. */
export interface End {
  readonly address: string;
  readonly port: number;
}

/** Connections over IPv4, and over IPv6, which an IPv4 address can be reached by, too. */
const tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/** The code of an established connection in those tables. */
const established = "01";

/** An IPv4 address and a port as the tables write them: the bytes of the address in the machine's order, which is reversed. */
function hex({ address, port }: End): string {
  const bytes = address.replace(/^::ffff:/, "").split(".");
  const digits = (value: number, length: number) => value.toString(16).toUpperCase().padStart(length, "0");
  return `${bytes
    .map((byte) => digits(Number(byte), 2))
    .reverse()
    .join("")}:${digits(port, 4)}`;
}

/**
 * The user whose process holds the other end of a connection, out of a table such as /proc/net/tcp; undefined where no process
 * does. Only an established connection counts: once its process has closed it, the kernel shows it as root's.
 */
export function ownerOf(table: string, peer: End, own: End): number | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [, local = "", remote = "", state, , , , uid] = line.trim().split(/\s+/);
    if (state === established && local.endsWith(hex(peer)) && remote.endsWith(hex(own))) return Number(uid);
  }
  return undefined;
}

function peerOf(socket: Socket): number | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return undefined; // gone already
  const peer = { address: remoteAddress, port: remotePort };
  const own = { address: localAddress, port: localPort };
  return tables
    .filter((table) => existsSync(table))
    .map((table) => ownerOf(readFileSync(table, "latin1"), peer, own))
    .find((uid) => uid !== undefined);
}

/**
 * A server on a free port of 127.0.0.1 that hands on the connections of this user and of root, and closes those of anybody
 * else before it has read a byte. A port on 127.0.0.1 is open to each local user, and what the engine asks of its plugins
 * includes to run programs.
 *
 * @throws UserError where the system does not say whose a connection is; only Linux does
 */
export async function listenForOwnUser(accept: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  if (!existsSync("/proc/self/net/tcp")) {
    throw new UserError("This plugin cannot tell which user connects to it, and does not serve without.", {
      place: "/proc/self/net/tcp",
      allowed: "Linux with /proc",
      next: "pulumi plugin install", // which brings the plugin of Pulumi
    });
  }
  const own = process.getuid?.();
  const refused = new Set<number | undefined>();
  const server = createServer((socket) => {
    const uid = peerOf(socket);
    if (uid !== undefined && (uid === own || uid === 0)) return accept(socket);
    socket.destroy();
    if (!refused.has(uid))
      console.error(`refused a connection of ${uid === undefined ? "an unknown user" : `user ${uid}`}`);
    refused.add(uid);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { server, port: address.port };
}

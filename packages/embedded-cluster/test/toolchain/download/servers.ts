import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "@jest/globals";
import { type Network, openNetwork } from "../../../src/toolchain/download/network.ts";

// Servers on loopback that publish one file, for the tests of downloads. They end with their test.

export const content = Buffer.from("0123456789".repeat(20_000));
export const sha256 = createHash("sha256").update(content).digest("hex");
export const silence = 300; // ms: what counts as stalled here

/** A folder for each test. */
export let folder: string;
const open: { servers: Server[]; sockets: Set<Socket>; networks: Network[] } = {
  servers: [],
  sockets: new Set(),
  networks: [],
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "release-"));
});
afterEach(async () => {
  for (const { dispatcher } of open.networks.splice(0)) await dispatcher.destroy();
  for (const socket of open.sockets) socket.destroy();
  for (const server of open.servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

export async function listen(server: Server): Promise<number> {
  server.on("connection", (socket: Socket) => {
    open.sockets.add(socket);
    socket.on("close", () => open.sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.servers.push(server);
  return (server.address() as AddressInfo).port;
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;
export const serve = async (handler: Handler): Promise<string> =>
  `http://127.0.0.1:${await listen(createHttpServer(handler))}`;

export function network(authority?: string): Network {
  const opened = openNetwork(silence, authority);
  open.networks.push(opened);
  return opened;
}

/** Serves the content, in parts where one is asked for, and notes what was asked. */
export function publisher(asked: string[] = [], body: Buffer = content): Handler {
  return (request, response) => {
    asked.push(request.headers.range ?? "all");
    const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    if (from === undefined) response.writeHead(200).end(body);
    else if (Number(from) >= body.length) response.writeHead(416).end();
    else response.writeHead(206).end(body.subarray(Number(from)));
  };
}

/** Sends the first `bytes` of the content and then nothing, without closing. */
export const stall = (response: ServerResponse, bytes: number) => {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, bytes));
};

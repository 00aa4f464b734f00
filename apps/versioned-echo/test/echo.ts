import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AppOptions, buildApp } from "../src/app.ts";
import { noFaults } from "../src/faults.ts";

/** The service on a free port of 127.0.0.1. */
export interface Echo {
  readonly server: Server;
  /** Sends a request, a GET unless `init` says otherwise, and reads the whole answer. */
  ask(path: string, init?: RequestInit): Promise<EchoAnswer>;
}

export interface EchoAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  json(): unknown;
}

const servers: Server[] = [];

/** A healthy v2, but for what `options` say. {@link stopEchos} ends it. */
export async function echo(options: Partial<AppOptions> = {}): Promise<Echo> {
  const server = buildApp({
    version: "v2",
    faults: noFaults,
    lifecycle: { draining: false },
    crash: () => {},
    ...options,
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { server, ask: (path, init) => read(`http://127.0.0.1:${port}${path}`, init) };
}

async function read(url: string, init?: RequestInit): Promise<EchoAnswer> {
  const response = await fetch(url, init);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, json: () => JSON.parse(body) };
}

/** Ends every service that a test has started. */
export async function stopEchos(): Promise<void> {
  await Promise.all(
    servers.splice(0).map(async (server) => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    }),
  );
}

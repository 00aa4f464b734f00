import { type AddressInfo, createServer } from "node:net";

/** A port of 127.0.0.1 at which nobody listens, by the system's choice. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Whether a port of 127.0.0.1 can be listened at. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first port from `first` on that is free; undefined where none of `count` is. */
export async function firstFreePort(
  first: number,
  count: number,
  isFree: (port: number) => Promise<boolean>,
): Promise<number | undefined> {
  for (let port = first; port < first + count; port++) if (await isFree(port)) return port;
  return undefined;
}

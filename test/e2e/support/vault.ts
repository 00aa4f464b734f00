import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** As much of Vault's transit engine as encrypts one key: what stands in it is what was put there. */
export const startVault = (): Promise<Server> =>
  listen(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { plaintext = "", ciphertext = "" } = body === "" ? {} : JSON.parse(body);
    const data = request.url?.includes("/encrypt/")
      ? { ciphertext: `vault:v1:${plaintext}` }
      : { plaintext: ciphertext.replace("vault:v1:", "") };
    response.setHeader("content-type", "application/json").end(JSON.stringify({ data }));
  });

/** A server of its own on loopback. */
export async function listen(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

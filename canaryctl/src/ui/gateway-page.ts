import type { AddressInfo } from "node:net";
import { gatewayToken } from "./access.ts";
import { type GatewayPlace, pageUrl, rethrowAbsent } from "./gateway-place.ts";
import { Hub, type HubOptions } from "./hub.ts";
import { buildServer, type ServerOptions } from "./server.ts";
import { type GatewayWork, throughGateway } from "./through-gateway.ts";

export interface GatewayPage
  extends Pick<ServerOptions, "stack" | "service">,
    Pick<HubOptions, "applications" | "reader"> {
  readonly cluster: GatewayWork["cluster"];
  readonly place: GatewayPlace;
  /** Of the page on loopback. */
  readonly token: string;
  readonly signal: AbortSignal;
  /** Goes on while the page is there. @param address with its token */
  readonly serve: (address: string) => Promise<unknown>;
}

/**
 * Serves a second page, which the ingress gateway leads to, while `serve` goes on. Whoever reaches a gateway is not the operator: the page
 * acts on nothing, tells nothing of what the operator's own page has done, and shows no other stack.
 *
 * @throws as `throughGateway`, and UserError where the machine has not the place's address
 */
export async function serveGatewayPage(page: GatewayPage): Promise<void> {
  const { cluster, place, stack, service, applications, reader, signal, serve } = page;
  const known = { stacks: () => [stack], applications };
  const acts = { of: () => [], isRunning: () => false };
  const hub = new Hub({ isReadOnly: true, ...known, acts, reader });
  const access = { token: gatewayToken(page.token), port: place.port, host: place.host };
  const app = buildServer({ access, stack, service, ...known, hub, act: undefined });
  const address = pageUrl(place);
  address.searchParams.set("token", access.token);
  try {
    await app.listen({ host: place.address, port: 0 }).catch(rethrowAbsent);
    const { port } = app.server.address() as AddressInfo;
    await throughGateway({ cluster, place, port, signal, serve: () => serve(address.href) });
  } finally {
    hub.end();
    await app.close();
  }
}

import { ApiError, type PodClient } from "@canary-lab/kit/kube/client";
import { type ProbeAnswer, probe } from "@canary-lab/kit/probe";
import { type Clock, until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";
import { objectPath } from "../../../cluster/kube/paths.ts";
import { pageName } from "../../../components/names.ts";
import { pagePath, renderPageRoute } from "../../../components/traffic/render-page-route.ts";
import { fieldManager } from "../../../components/traffic/route-metadata.ts";
import { missing } from "../kube/missing.ts";
import { type GatewayPlace, pageUrl } from "./gateway-place.ts";
import { noToken } from "./server.ts";

/** Istio's control plane tells the gateway of a route within a second; that of a machine that has much to do needs longer. */
const patience = { seconds: 30, everyMilliseconds: 100 };
/** Longer than the gateway itself tries to reach the server: 10 s, by Istio's default. */
const timeoutMilliseconds = 15_000;

export interface GatewayWork {
  readonly cluster: Pick<PodClient, "apply" | "delete">;
  readonly place: GatewayPlace;
  /** At which the page's server listens, on the place's address. */
  readonly port: number;
  /** What goes on while the gateway leads to the page; not begun where the signal comes before. */
  readonly serve: () => Promise<unknown>;
  readonly signal: AbortSignal;
  readonly ask?: typeof probe;
  readonly clock?: Clock;
}

/**
 * Leads the gateway to the page while `serve` goes on. What it makes in the cluster is gone afterwards; what a killed run has left there
 * becomes its own.
 *
 * @throws UserError where somebody else's page is there, where the account may not make it, and where the gateway does not lead to the page
 */
export async function throughGateway(work: GatewayWork): Promise<void> {
  const { cluster, place } = work;
  const made = new Set<string>();
  const [served] = await Promise.allSettled([serveMade(work, made)]);
  const removed = await Promise.allSettled([...made].map((path) => cluster.delete(path)));
  if (served.status === "rejected") throw served.reason;
  for (const each of removed) if (each.status === "rejected") throw left(place, each.reason);
}

async function serveMade(work: GatewayWork, made: Set<string>): Promise<void> {
  const { cluster, place, port, serve, signal, ask = probe, clock } = work;
  const look = () => ask({ ...asked(place), timeoutMilliseconds, signal });
  if (isPage(await look())) throw taken(place);
  const objects = renderPageRoute({ ...place, server: { address: place.address, port } });
  for (const object of objects) {
    if (signal.aborted) return;
    const path = objectPath({ ...object, ...object.metadata });
    made.add(path);
    await cluster.apply(path, object, fieldManager).catch((error) => {
      if (!(error instanceof ApiError)) throw error; // it may be there, though nobody said so
      made.delete(path);
      if (error.status === 404) throw missing("application", place.app, place.namespace);
      throw error.status === 403 ? withheld(place, objects, error) : error;
    });
  }
  let last: ProbeAnswer | undefined;
  const isThere = await until(
    async () => {
      last = await look();
      return signal.aborted || isPage(last);
    },
    { ...patience, clock },
  );
  if (!isThere) throw neverThere(place, port, last);
  if (!signal.aborted) await serve();
}

/** The gateway is asked on loopback, by the name that it knows the page by: whether a name of `.localhost` leads there is up to each program. */
const asked = (place: GatewayPlace) => ({
  url: `http://127.0.0.1:${place.port}${pagePath}/`,
  headers: { host: pageUrl(place).host },
});

/** What the page's server itself says to whoever has no token. */
const isPage = (answer: ProbeAnswer | undefined): boolean => answer?.status === 401 && answer.body.startsWith(noToken);

const next = "npx canaryctl ui";

const taken = (place: GatewayPlace): UserError =>
  new UserError("The gateway leads to another server of the page already.", {
    place: pageUrl(place).href,
    allowed: "one `canaryctl ui --gateway` for each application",
    next,
  });

const withheld = ({ namespace }: GatewayPlace, objects: readonly { readonly kind: string }[], error: ApiError) =>
  new UserError(`This account may not lead the gateway to the page: ${error.message}`, {
    ...(error.place && { place: error.place }),
    allowed: `whoever may make ${objects.map(({ kind }) => kind).join(", ")} in namespace ${namespace}, as the cluster's administrator; no account of the application's own may`,
    next,
    cause: error,
  });

function neverThere({ address, port, host }: GatewayPlace, server: number, last: ProbeAnswer | undefined): UserError {
  const waited = `within ${patience.seconds} s`;
  const answered = last ? `it answers ${last.status}` : "it gives no answer";
  // Envoy says so of a server that it does not reach.
  if (last && [503, 504].includes(last.status)) {
    return new UserError(`The gateway did not reach the page ${waited}: ${answered}.`, {
      place: `${address}:${server} of this machine`,
      allowed: "a firewall that lets the cluster's pods connect there",
      next: [next, "npx canaryctl doctor"],
    });
  }
  return new UserError(`The gateway did not lead to the page ${waited}: ${answered}.`, {
    place: `host ${host} at 127.0.0.1:${port}`,
    next: ["npx canaryctl doctor", next],
  });
}

const left = ({ app, namespace }: GatewayPlace, cause: Error): UserError =>
  new UserError(`What leads the gateway to the page could not be removed: ${cause.message}`, {
    place: `namespace ${namespace}`,
    next: `kubectl -n ${namespace} delete virtualservices.networking.istio.io,gateways.networking.istio.io,services,endpointslices -l app=${pageName(app)}`,
    cause,
  });

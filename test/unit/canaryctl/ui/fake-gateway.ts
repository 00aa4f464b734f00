import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pageHost } from "../../../../components/names.ts";
import type { renderPageRoute } from "../../../../components/traffic/render-page-route.ts";

type Made = ReturnType<typeof renderPageRoute>[number];
type Of<Kind extends Made["kind"]> = Extract<Made, { readonly kind: Kind }>;

/**
 * A gateway on loopback that goes by what is applied: 404 where no route is for a request, 503 where its server is not there. `objects` has
 * what is in the cluster, by kind; `passed` the headers of what went on to the server.
 */
export async function fakeGateway() {
  const objects = new Map<string, Made>();
  const passed: IncomingMessage["headers"][] = [];
  const of = <Kind extends Made["kind"]>(kind: Kind) => objects.get(kind) as Of<Kind> | undefined;

  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    const { url = "", headers } = asked;
    const end = (status: number, more = {}) => void response.writeHead(status, more).end();
    const route = of("VirtualService")?.spec;
    const [page, folder] = route?.http ?? [];
    const [path = "", query] = url.split("?");
    const host = String(headers.host).replace(/:\d+$/, "");
    if (!of("Gateway") || !route?.hosts.includes(host) || !page || !folder) return end(404);
    const [{ uri }] = page.match;
    if (path === folder.match[0].uri.exact)
      return end(folder.redirect.redirectCode, { location: folder.redirect.uri + (query ? `?${query}` : "") });
    if (!path.startsWith(uri.prefix)) return end(404);
    const { endpoints, ports } = of("EndpointSlice") ?? {};
    const target = { host: endpoints?.[0].addresses[0], port: ports?.[0].port };
    passed.push(headers);
    const on = request(
      { ...target, method: asked.method, headers, path: page.rewrite.uri + url.slice(uri.prefix.length) },
      (given) => {
        response.writeHead(given.statusCode ?? 0, given.headers);
        given.pipe(response);
        given.on("close", () => response.end());
      },
    );
    on.on("error", () => response.headersSent || end(503));
    asked.pipe(on);
    return undefined;
  };

  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const kindOf = (path: string) =>
    [...objects.values()].find(({ kind }) => path.includes(`/${kind.toLowerCase()}s/`))?.kind;
  return {
    objects,
    passed,
    place: {
      ...{ app: "versioned-echo", namespace: "canary-lab", address: "127.0.0.1", port },
      ingressLabels: { istio: "ingress" },
      host: pageHost("versioned-echo", "canary-lab"),
    },
    cluster: {
      apply: async <T>(_path: string, object: object) => {
        objects.set((object as Made).kind, object as Made);
        return object as T;
      },
      delete: async (path: string) => void objects.delete(kindOf(path) ?? ""),
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

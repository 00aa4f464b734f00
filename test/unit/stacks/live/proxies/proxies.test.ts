import { expect, test } from "@jest/globals";
import { StackFile } from "../../../../../canaryctl/src/stack-file.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { parseConfig } from "../../../../../stacks/config/parse-config.ts";
import { groupPath, laggardsText, sendsBy, waitForProxies } from "../../../../../stacks/live/proxies/proxies.ts";
import { shareOf } from "../../../../../stacks/live/proxies/share.ts";
import { ownFacts } from "../../../../../stacks/platform-facts.ts";
import { projectFolder } from "../../../canaryctl/fake-lab.ts";
import { clientRoutes, proxyRoutes, readyPod } from "../../../canaryctl/traffic/client-proxy.ts";

const config = parseConfig(new StackFile("dev", projectFolder("")).values());
const facts = ownFacts(config, "organization/canary-lab/dev");
const groups = istioRoute.proxies(config, facts);

/** Proxies of a client, a gateway and perhaps of a shop beside the client; the canary's share at each is read anew for each question. */
const proxies = (client: () => number, gateway: () => number, shop?: () => string) => ({
  cluster: {
    get: async <T>(path: string): Promise<T> => {
      if (path.includes("/istio-ingress/")) return { items: [readyPod("ingress-1")] } as T;
      const isClient = path.endsWith("labelSelector=app%3Dversioned-echo-client");
      return { items: isClient ? [readyPod("client-1")] : shop ? [readyPod("shop-1")] : [] } as T;
    },
  },
  proxy: async (namespace: string, pod: string) => async () => {
    if (namespace === "istio-ingress") return proxyRoutes("versioned-echo.canary-lab.test", gateway());
    return pod === "shop-1" ? (shop?.() ?? "") : clientRoutes(client());
  },
});

test("the gateway is that of the platform that is noted; without one only sidecars are asked", () => {
  const ingress = { namespace: "gateways", labels: { app: "public", istio: "public" }, nodePort: null };
  expect(istioRoute.proxies(config, { ...facts, ingress }).at(-1)).toMatchObject({
    namespace: "gateways",
    labels: { app: "public", istio: "public" },
    host: "versioned-echo.canary-lab.test:",
  });
  expect(istioRoute.proxies(config, { ...facts, ingress: null }).map(({ namespace }) => namespace)).toEqual([
    "canary-lab",
    "canary-lab",
  ]);
});

test("the route has arrived when the client's proxy and the gateway have it", async () => {
  let asked = 0;
  const gateway = () => (asked++ < 2 ? 10 : 80); // two pushes late
  const report = await waitForProxies(
    proxies(() => 80, gateway),
    groups,
    sendsBy(shareOf(80)),
    5,
  );
  expect(report).toEqual({ with: ["client-1", "ingress-1"], without: [] });
  expect(asked).toBe(3);
});

test("a proxy that lags is named, with what it sends by", async () => {
  const report = await waitForProxies(
    proxies(
      () => 80,
      () => 10,
    ),
    groups,
    sendsBy(shareOf(80)),
    0.3,
  );
  expect(report).toEqual({ with: ["client-1"], without: [{ pod: "ingress-1", instead: "90/10", isUnasked: false }] });
});

test("whoever calls from the application's namespace is waited for, and not a pod that knows nothing of it, nor the application's own", async () => {
  const report = (shop: () => string) =>
    waitForProxies(
      proxies(
        () => 80,
        () => 80,
        shop,
      ),
      groups,
      sendsBy(shareOf(80)),
      0.3,
    );
  expect(await report(() => clientRoutes(10))).toEqual({
    with: ["client-1", "ingress-1"],
    without: [{ pod: "shop-1", instead: "90/10", isUnasked: false }],
  });
  expect((await report(() => clientRoutes(80))).with).toEqual(["client-1", "shop-1", "ingress-1"]);
  expect((await report(() => proxyRoutes("another.canary-lab.svc.cluster.local", 10))).without).toEqual([]);
  expect(groups[1] && decodeURIComponent(groupPath(groups[1]).replaceAll("+", " "))).toBe(
    "/api/v1/namespaces/canary-lab/pods?labelSelector=security.istio.io/tlsMode=istio,app notin (versioned-echo,versioned-echo-client)",
  );
});

test("a proxy that hangs holds up nobody beyond the time that the wait has", async () => {
  const limits: number[] = [];
  const proxy = async (_namespace: string, _pod: string, milliseconds = 90_000) => {
    limits.push(milliseconds);
    return () => Promise.reject(new Error("it did not end"));
  };
  const { cluster } = proxies(
    () => 80,
    () => 80,
  );
  const { without } = await waitForProxies({ cluster, proxy }, groups ?? [], sendsBy(shareOf(80)), 1.2);
  expect(without).toContainEqual({ pod: "client-1", instead: "it did not end", isUnasked: true });
  expect(Math.max(...limits)).toBeLessThanOrEqual(1200);
  expect(Math.min(...limits)).toBe(1000);
});

test("a proxy that has something else is told from one that could not be asked, which may have it", () => {
  const behind = { pod: "client-1", instead: "90/10", isUnasked: false };
  const silent = { pod: "ingress-1", instead: "Unexpected server response: 500", isUnasked: true };
  expect(laggardsText({ with: ["client-2"], without: [behind, silent] }, 15)).toBe(
    "1 of 3 proxies have not got it after 15 s: client-1 (90/10); 1 of 3 proxies could not be asked for 15 s: ingress-1 (Unexpected server response: 500)",
  );
});

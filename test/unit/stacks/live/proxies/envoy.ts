import { podsPath } from "../../../../../cluster/kube/paths.ts";
import type { AskProxy } from "../../../../../stacks/live/proxies/pod-access.ts";
import { clientPod, clientRoutes } from "../../../canaryctl/traffic/client-proxy.ts";

/** What the sidecar of the lab's client has: the canary's share by its route, and the addresses of each subset of the Service. */
export interface SidecarView {
  readonly canary: number;
  readonly subsets: Readonly<Record<string, readonly string[]>>;
}

/** The client's sidecar, by what it has at each question. */
export const sidecar =
  (view: () => SidecarView): AskProxy =>
  async (path) => {
    const { canary, subsets } = view();
    if (path.includes("route_configs")) return clientRoutes(canary);
    return JSON.stringify({
      cluster_statuses: Object.entries(subsets).map(([subset, addresses]) => ({
        name: `outbound|80|${subset}|versioned-echo.canary-lab.svc.cluster.local`,
        host_statuses: addresses.map((address) => ({ address: { socket_address: { address } } })),
      })),
    });
  };

const pod = (name: string, podIP: string) => ({
  metadata: { name },
  status: { podIP, conditions: [{ type: "Ready", status: "True" }] },
});
const lists: Readonly<Record<string, readonly object[]>> = {
  [podsPath("canary-lab", { app: "versioned-echo-client" })]: [clientPod.object],
  [podsPath("canary-lab", { app: "versioned-echo", version: "v1" })]: [pod("stable", "1.1.1.1")],
  [podsPath("canary-lab", { app: "versioned-echo", version: "v2" })]: [pod("canary", "2.2.2.2")],
};

/** The lists of pods of a cluster with the client, a stable pod at 1.1.1.1 and one of the canary at 2.2.2.2; undefined for another path. */
export const podsAt = (path: string): { readonly items: readonly object[] } | undefined =>
  path.includes("/pods?") ? { items: lists[path] ?? [] } : undefined;

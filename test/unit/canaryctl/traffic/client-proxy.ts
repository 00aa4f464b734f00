import { podsPath } from "../../../../cluster/kube/paths.ts";

export const readyPod = (name: string) => ({
  metadata: { name },
  status: { conditions: [{ type: "Ready", status: "True" }] },
});

/** The lab's client, whose sidecar can be asked. */
export const clientPod = {
  path: podsPath("canary-lab", { app: "versioned-echo-client" }).split("?")[0] ?? "",
  object: readyPod("client-1"),
};

/** What a proxy says of its routes to a host. */
export const proxyRoutes = (host: string, canary: number): string =>
  JSON.stringify({
    configs: [
      {
        route_config: {
          virtual_hosts: [
            {
              name: `${host}:80`,
              routes: [
                {
                  route: {
                    weighted_clusters: {
                      clusters: [
                        { name: "outbound|80|v1|versioned-echo.canary-lab.svc.cluster.local", weight: 100 - canary },
                        { name: "outbound|80|v2|versioned-echo.canary-lab.svc.cluster.local", weight: canary },
                      ],
                    },
                  },
                },
              ],
            },
          ],
        },
      },
    ],
  });

export const clientRoutes = (canary: number): string =>
  proxyRoutes("versioned-echo.canary-lab.svc.cluster.local", canary);

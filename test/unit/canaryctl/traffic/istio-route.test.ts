import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { istioRoute } from "../../../../canaryctl/src/traffic/istio-route.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { fakeLab, virtualService } from "../fake-lab.ts";

const of = { app: "versioned-echo", namespace: "canary-lab" };

function clusterWith(object: unknown): ClusterClient & { readonly paths: string[] } {
  const paths: string[] = [];
  return {
    paths,
    get: async <T>(path: string) => {
      paths.push(path);
      return object as T;
    },
    patch: () => Promise.reject(new Error("not here")),
    apply: () => Promise.reject(new Error("not here")),
  };
}

describe("istioRoute.read", () => {
  test("reads the weights, at the path of the route", async () => {
    const cluster = clusterWith(virtualService(30));
    expect((await istioRoute.read(cluster, of))?.weights).toEqual({ stable: 70, canary: 30 });
    expect(cluster.paths).toEqual([
      "/apis/networking.istio.io/v1/namespaces/canary-lab/virtualservices/versioned-echo-virtualservice",
    ]);
  });

  test("reads the weights behind the routes of targeted users, wherever they stand", async () => {
    const { config } = fakeLab({ configWeight: 30, changes: { stickyCookie: "side" } }).lab;
    const cluster = clusterWith(renderVirtualService(config));
    expect((await istioRoute.read(cluster, of))?.weights).toEqual({ stable: 70, canary: 30 });
  });

  test("nothing where there is no route", async () => {
    expect(await istioRoute.read(clusterWith(undefined), of)).toBeUndefined();
  });

  test("a destination that stands alone has everything, one that is missing nothing", async () => {
    const alone = { metadata: {}, spec: { http: [{ route: [{ destination: { subset: "v2" } }] }] } };
    expect((await istioRoute.read(clusterWith(alone), of))?.weights).toEqual({ stable: 0, canary: 100 });
  });

  test.each([
    [
      { v1: 300, v2: 100 },
      { stable: 75, canary: 25 },
    ],
    [
      { v1: 1, v2: 1 },
      { stable: 50, canary: 50 },
    ],
    [
      { v1: undefined, v2: 100 },
      { stable: 0, canary: 100 },
    ],
    [{ v2: 0 }, { stable: 0, canary: 100 }],
  ])("weights are parts of their sum, as Istio takes them: %j", async (weights, shares) => {
    const route = Object.entries(weights).map(([subset, weight]) => ({ destination: { subset }, weight }));
    const live = { metadata: {}, spec: { http: [{ name: "weighted", route }] } };
    expect((await istioRoute.read(clusterWith(live), of))?.weights).toEqual(shares);
  });

  test("the owner is who wrote spec.http last, not who wrote something else later", async () => {
    const http = { "f:spec": { "f:http": {} } };
    const managers = [
      { manager: "pulumi-kubernetes", time: "2026-01-01T00:00:00Z", fieldsV1: http },
      { manager: "canary-lab", time: "2026-01-02T00:00:00Z", fieldsV1: http },
      { manager: "kubectl-label", time: "2026-01-03T00:00:00Z", fieldsV1: { "f:metadata": {} } },
    ];
    expect((await istioRoute.read(clusterWith(virtualService(0, managers)), of))?.owner).toBe("canary-lab");
    expect((await istioRoute.read(clusterWith(virtualService(0)), of))?.owner).toBe("unknown");
  });
});

describe("istioRoute.apply", () => {
  const { config } = fakeLab({ changes: { canaryWeight: 0 } }).lab;

  test("applies what the program renders, under its manager", async () => {
    const calls: unknown[][] = [];
    const cluster: ClusterClient = {
      get: async () => undefined,
      patch: () => Promise.reject(new Error("not here")),
      apply: async <T>(...call: unknown[]) => {
        calls.push(call);
        return {} as T;
      },
    };
    await istioRoute.apply(cluster, config);
    expect(calls).toEqual([
      [expect.stringContaining("/versioned-echo-virtualservice"), renderVirtualService(config), "canary-lab"],
    ]);
  });
});

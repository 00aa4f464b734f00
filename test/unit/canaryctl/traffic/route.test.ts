import { describe, expect, test } from "@jest/globals";
import { applyRoute, readRoute } from "../../../../canaryctl/src/traffic/route.ts";
import { ApiError, type ClusterClient } from "../../../../cluster/kube/client.ts";
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

describe("readRoute", () => {
  test("reads the weights, at the path of the route", async () => {
    const cluster = clusterWith(virtualService(30));
    expect((await readRoute(cluster, of))?.weights).toEqual({ stable: 70, canary: 30 });
    expect(cluster.paths).toEqual([
      "/apis/networking.istio.io/v1/namespaces/canary-lab/virtualservices/versioned-echo-virtualservice",
    ]);
  });

  test("nothing where there is no route", async () => {
    expect(await readRoute(clusterWith(undefined), of)).toBeUndefined();
  });

  test("a destination that stands alone has everything, one that is missing nothing", async () => {
    const alone = { metadata: {}, spec: { http: [{ route: [{ destination: { subset: "v2" } }] }] } };
    expect((await readRoute(clusterWith(alone), of))?.weights).toEqual({ stable: 0, canary: 100 });
  });

  test("the owner is who wrote spec.http last, not who wrote something else later", async () => {
    const http = { "f:spec": { "f:http": {} } };
    const managers = [
      { manager: "pulumi-kubernetes", time: "2026-01-01T00:00:00Z", fieldsV1: http },
      { manager: "canary-lab", time: "2026-01-02T00:00:00Z", fieldsV1: http },
      { manager: "kubectl-label", time: "2026-01-03T00:00:00Z", fieldsV1: { "f:metadata": {} } },
    ];
    expect((await readRoute(clusterWith(virtualService(0, managers)), of))?.owner).toBe("canary-lab");
    expect((await readRoute(clusterWith(virtualService(0)), of))?.owner).toBe("unknown");
  });
});

describe("applyRoute", () => {
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
    await applyRoute(cluster, config);
    expect(calls).toEqual([
      [expect.stringContaining("/versioned-echo-virtualservice"), renderVirtualService(config), "canary-lab"],
    ]);
  });

  test("tries again while a webhook of the cluster is down, and not where the request itself is refused", async () => {
    const failures = [new ApiError(500, "failed calling webhook", ""), new ApiError(403, "not yours", "")];
    let tries = 0;
    const cluster: ClusterClient = {
      get: async () => undefined,
      patch: () => Promise.reject(new Error("not here")),
      apply: () => Promise.reject(failures[tries++]),
    };
    await expect(applyRoute(cluster, config)).rejects.toMatchObject({ status: 403 });
    expect(tries).toBe(2);
  });
});

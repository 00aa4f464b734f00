import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { readObjects } from "../../../../canaryctl/src/graph/read-objects.ts";

const config = { namespace: "canary-lab", strategy: "istio" } as const;

/** A cluster that answers nothing before it was asked for everything. */
function clusterOf(forbidden: RegExp, expected: number) {
  const asked: string[] = [];
  let release: () => void = () => {};
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  const get = async <T>(path: string): Promise<T | undefined> => {
    asked.push(path);
    if (asked.length === expected) release();
    await all;
    if (forbidden.test(path)) throw new ApiError(403, `${path} is forbidden`, "GET", undefined);
    if (path.includes("argoproj.io")) return undefined; // which this cluster does not know
    return { items: [{ metadata: { name: path.split("/").at(-1) } }] } as T;
  };
  return { asked, cluster: { get } as ClusterClient };
}

test("all kinds are asked for at once, of one namespace", async () => {
  const { asked, cluster } = clusterOf(/^$/, 11);
  const { objects, unread } = await readObjects(cluster, config);
  expect(asked).toHaveLength(11);
  expect(asked.filter((path) => !path.includes("/namespaces/canary-lab/"))).toEqual([]);
  expect(Object.entries(objects).map(([kind, list]) => `${kind}: ${list?.[0]?.metadata.name}`)).toEqual([
    "gateways: gateways",
    "virtualServices: virtualservices",
    "destinationRules: destinationrules",
    "apiGateways: gateways",
    "httpRoutes: httproutes",
    "ingresses: ingresses",
    "services: services",
    "pods: pods",
    "replicaSets: replicasets",
    "deployments: deployments",
    "rollouts: undefined",
  ]);
  expect(unread).toEqual([]);
});

test("what an account may not see is told, but for routes that the strategy does not have", async () => {
  const { cluster } = clusterOf(/httproutes|ingresses|gateway[.]networking|pods/, 11);
  const { objects, unread } = await readObjects(cluster, config);
  expect(unread.map(({ what }) => what)).toEqual(["/api/v1/namespaces/canary-lab/pods"]);
  expect([objects.pods, objects.httpRoutes]).toEqual([undefined, undefined]);
});

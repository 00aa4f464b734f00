import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { platformOf } from "../../../../canaryctl/src/lab.ts";
import { gatewayRoute } from "../../../../canaryctl/src/traffic/gateway-route.ts";
import { istioRoute } from "../../../../canaryctl/src/traffic/istio-route.ts";
import { podShare } from "../../../../canaryctl/src/traffic/pod-share.ts";
import type { Route } from "../../../../canaryctl/src/traffic/route.ts";
import { renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { shareText } from "../../../../stacks/live/proxies/share.ts";
import { sidecarEndpoints, waitForEndpoints } from "../../../../stacks/live/proxies/sidecar-endpoints.ts";
import { sidecarSplit } from "../../../../stacks/live/proxies/sidecar-route.ts";
import { fakeLab } from "../fake-lab.ts";

const of = { app: "versioned-echo", namespace: "canary-lab" };
const host = "versioned-echo.canary-lab.svc.cluster.local";

describe("an HTTPRoute", () => {
  const { lab } = fakeLab({ configWeight: 30, changes: { strategy: "gateway-api" } });
  const path = "/apis/gateway.networking.k8s.io/v1/namespaces/canary-lab/httproutes/versioned-echo";

  test("is read at its own rule, behind the one of targeted users", async () => {
    const cluster = fakeLab({ objects: { [path]: renderHttpRoute(lab.config) } }).lab.cluster;
    expect(await gatewayRoute.read(cluster, of)).toEqual({ weights: { stable: 70, canary: 30 }, owner: "unknown" });
    expect(await gatewayRoute.read(fakeLab({ liveWeight: undefined }).lab.cluster, of)).toBeUndefined();
  });

  test("is applied whole, as the program renders it, under its manager", async () => {
    const calls: unknown[][] = [];
    const cluster = { ...lab.cluster, apply: async <T>(...call: unknown[]) => calls.push(call) as T };
    await gatewayRoute.apply?.(cluster, lab.config);
    expect(calls).toEqual([[path, renderHttpRoute(lab.config), "canary-lab"]]);
  });

  test("gives the sidecar Services of their own for the sides", () => {
    const clusters = [
      { name: "outbound|80||versioned-echo-v1.canary-lab.svc.cluster.local", weight: 70 },
      { name: "outbound|80||versioned-echo-v2.canary-lab.svc.cluster.local", weight: 30 },
    ];
    const targeted = { match: { headers: [{}] }, route: { cluster: clusters[1]?.name } };
    const routes = [targeted, { match: {}, route: { weighted_clusters: { clusters } } }];
    const dump = JSON.stringify({ configs: [{ route_config: { virtual_hosts: [{ name: `${host}:80`, routes }] } }] });
    expect(sidecarSplit(dump, of)).toEqual({ stable: 70, canary: 30 });
  });
});

test.each([
  ["istio", istioRoute, ["DestinationRule", "Gateway"]],
  ["gateway-api", gatewayRoute, ["Gateway", "Service", "Service"]],
] as const)(
  "what %s stands on is applied with kind and version, without which the API server refuses it",
  async (_, route, kinds) => {
    const { lab } = fakeLab({ configWeight: 0 });
    const objects: { readonly kind?: string }[] = [];
    const apply = async <T>(_path: string, object: object) => objects.push(object) as T;
    await (route as Route).applyAround?.({ ...lab.cluster, apply }, lab.config, platformOf(lab));
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual(kinds);
    for (const object of objects)
      expect(object).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String) });
  },
);

test("the gateway that a move puts back is of the ingress gateway that is noted, whose pods another Istio has", async () => {
  const { lab } = fakeLab({ configWeight: 0 });
  const objects: { readonly kind: string; readonly spec: { readonly selector?: object } }[] = [];
  const apply = async <T>(_path: string, object: object) => objects.push(object as (typeof objects)[0]) as T;
  const labels = { app: "istio-ingressgateway", istio: "ingressgateway" };
  const platform = { ...platformOf(lab), ingress: { namespace: "istio-system", labels, nodePort: null } };
  await istioRoute.applyAround({ ...lab.cluster, apply }, lab.config, platform);
  expect(objects.find(({ kind }) => kind === "Gateway")?.spec.selector).toEqual(labels);
});

describe("pods as the share", () => {
  const deployments = "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo";
  const pods = (ready: number) => ({
    metadata: { name: "x", managedFields: [{ manager: "pulumi", fieldsV1: { "f:spec": { "f:replicas": {} } } }] },
    spec: { replicas: ready, template: { spec: { containers: [] } } },
    status: { readyReplicas: ready },
  });

  test("are counted where they are ready", async () => {
    const objects = { [`${deployments}-v1`]: pods(2), [`${deployments}-v2`]: pods(1) };
    const live = await podShare.read(fakeLab({ objects }).lab.cluster, of);
    expect(live?.owner).toBe("pulumi");
    expect(live && shareText(live.weights)).toBe("66.7/33.3");
  });

  test("come as near to the weight as whole ones can", () => {
    const { config } = fakeLab({ configWeight: 10, changes: { strategy: "replica-ratio", replicas: 4 } }).lab;
    expect(podShare.wanted(config)).toEqual({ stable: 100, canary: 0 });
  });
});

describe("waitForEndpoints", () => {
  const dump = (...addresses: string[]) =>
    JSON.stringify({
      cluster_statuses: [
        { name: `outbound|80|v1|${host}`, host_statuses: [{ address: { socket_address: { address: "9.9.9.9" } } }] },
        {
          name: `outbound|80||${host}`,
          host_statuses: addresses.map((address) => ({ address: { socket_address: { address } } })),
        },
      ],
    });
  const pod = (podIP: string, more: object = {}) => ({
    metadata: { name: podIP, ...more },
    status: { podIP, conditions: [{ type: "Ready", status: "True" }] },
  });

  test("reads those of the whole Service", () => {
    expect(sidecarEndpoints(dump("1.1.1.1"), "versioned-echo", "canary-lab")).toEqual(new Set(["1.1.1.1"]));
    expect(sidecarEndpoints("{}", "versioned-echo", "canary-lab").size).toBe(0);
  });

  test("ends when the sidecar knows the ready pods, without those that go", async () => {
    const items = [pod("1.1.1.1"), pod("2.2.2.2", { deletionTimestamp: "now" })];
    const cluster = { get: async () => ({ items }) } as unknown as ClusterClient;
    const answers = [dump("1.1.1.1", "2.2.2.2"), dump("1.1.1.1")];
    let asked = 0;
    const exec = async () => answers[asked++] ?? "{}";
    await waitForEndpoints(exec, cluster, of, { service: "versioned-echo", labels: { app: "versioned-echo" } });
    expect(asked).toBe(2);
  });
});

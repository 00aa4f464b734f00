import { expect, test } from "@jest/globals";
import type { ProxyGroup } from "../../../../../stacks/live/proxies/proxies.ts";
import { keepsPods, knowsCanary } from "../../../../../stacks/live/proxies/service-pods.ts";
import { sidecarCallers } from "../../../../../stacks/live/proxies/sidecar-route.ts";
import { podsAt, type SidecarView, sidecar } from "./envoy.ts";

const of = { app: "versioned-echo", namespace: "canary-lab" };
const [group, guests] = sidecarCallers(of) as [ProxyGroup, ProxyGroup];
const cluster = { get: async <T>(path: string) => podsAt(path) as T };
const stable = { app: "versioned-echo", version: "v1" };

test.each<[string, SidecarView["subsets"], string | undefined]>([
  ["has no pod of the subset", { v1: ["1.1.1.1"], v2: [] }, "0 of 1 pods of the canary"],
  ["has another one", { v2: ["2.2.2.9"] }, "1 of 1 pods of the canary"],
  ["has each ready pod", { v2: ["2.2.2.2"] }, undefined],
])("a proxy that %s: whether it knows the canary", async (_case, subsets, instead) => {
  const run = sidecar(() => ({ canary: 0, subsets }));
  expect(await knowsCanary(cluster, of)(run, group)).toBe(instead);
});

test("a pod that has not been told of the Service is no caller, which the lab's client is", async () => {
  const run = sidecar(() => ({ canary: 0, subsets: {} }));
  expect(await knowsCanary(cluster, of)(run, guests)).toBeUndefined();
  expect(await knowsCanary(cluster, of)(run, group)).toBe("0 of 1 pods of the canary");
  const behind = sidecar(() => ({ canary: 0, subsets: { v1: ["1.1.1.1"] } }));
  expect(await knowsCanary(cluster, of)(behind, guests)).toBe("0 of 1 pods of the canary");
});

const both = { v1: ["1.1.1.1"], v2: ["2.2.2.2"] };
test.each<[string, SidecarView, string | undefined]>([
  ["still sends to the canary", { canary: 10, subsets: both }, "a route to v2"],
  ["sends to the stable side alone", { canary: 0, subsets: both }, undefined],
  ["has lost the canary's pods already, and can lose no more", { canary: 10, subsets: { ...both, v2: [] } }, undefined],
  ["has a subset with pods of an earlier strategy alone", { canary: 0, subsets: { v1: ["3.3.3.3"] } }, "a route to v1"],
  ["keeps one of several pods", { canary: 0, subsets: { v1: ["3.3.3.3", "1.1.1.1"] } }, undefined],
])("a proxy that %s: whether pods may leave the Service", async (_case, view, instead) => {
  expect(
    await keepsPods(
      cluster,
      of,
      stable,
    )(
      sidecar(() => view),
      group,
    ),
  ).toBe(instead);
});

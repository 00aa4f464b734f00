import { expect, test } from "@jest/globals";
import type { Lab } from "../../../../../canaryctl/src/lab.ts";
import { moveTraffic } from "../../../../../canaryctl/src/strategies/weights/move-traffic.ts";
import { rollBackRoute } from "../../../../../canaryctl/src/strategies/weights/roll-back.ts";
import { closeService } from "../../../../../canaryctl/src/strategies/weights/service.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { shareOf } from "../../../../../stacks/live/proxies/share.ts";
import { podsAt, type SidecarView, sidecar } from "../../../stacks/live/proxies/envoy.ts";
import { type FakeOptions, fakeLab } from "../../fake-lab.ts";

const quiet = () => {};
const every = "Service app=versioned-echo";
const stable = "Service app=versioned-echo,version=v1";

/** A lab whose client has a sidecar; `order` has each write of the Service and of the route, and each question to the sidecar. */
function labWithCaller(
  options: FakeOptions,
  view: (asked: number, weight: number | undefined) => SidecarView,
  selectors: readonly object[] = [],
) {
  const fake = fakeLab(options);
  const seen = [...selectors];
  const order: string[] = [];
  let asked = 0;
  const see = sidecar(() => view(asked++, fake.live.weight));
  const get: Lab["cluster"]["get"] = async <T>(path: string) =>
    path.includes("/services/") && seen.length > 0
      ? ({ spec: { selector: seen.shift() } } as T)
      : ((podsAt(path) as T | undefined) ?? fake.lab.cluster.get<T>(path));
  const apply: Lab["cluster"]["apply"] = async (path, object, manager) => {
    const { kind, spec } = object as { readonly kind: string; readonly spec: { readonly selector?: object } };
    const labels = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
    if (kind === "Service") order.push(`Service ${labels.join(",")}`);
    const result = await fake.lab.cluster.apply<never>(path, object, manager);
    if (kind === "VirtualService") order.push(`route ${fake.live.weight}`);
    return result;
  };
  const proxy: Lab["proxy"] = async () => (path) => {
    order.push(path.includes("route_configs") ? "routes?" : "pods?");
    return see(path);
  };
  return { ...fake, order, lab: { ...fake.lab, cluster: { ...fake.lab.cluster, get, apply }, proxy } };
}

const both = { v1: ["1.1.1.1"], v2: ["2.2.2.2"] };

test("a first share goes out when the callers' proxies know the canary's pods", async () => {
  const { lab, order } = labWithCaller({ configWeight: 0, changes: { canaryWeight: 10 } }, (asked, weight = 0) => ({
    canary: weight,
    subsets: asked < 1 ? { v2: [] } : both,
  }));
  await moveTraffic(lab, istioRoute, quiet);
  expect(order.slice(0, 4)).toEqual([every, "pods?", "pods?", "route 10"]);
  expect(order).not.toContain(stable);
});

test("a share that grows leaves the Service alone", async () => {
  const view = (_asked: number, weight = 0) => ({ canary: weight, subsets: both });
  const { lab, order } = labWithCaller({ configWeight: 10, changes: { canaryWeight: 30 } }, view);
  await moveTraffic(lab, istioRoute, quiet);
  expect(order).toEqual(["route 30", "routes?"]);
});

test("after a rollback the pods leave the Service when the callers' proxies send nothing there", async () => {
  const { lab, order } = labWithCaller({ configWeight: 10, changes: { canaryWeight: 0 } }, (asked) => ({
    canary: asked < 2 ? 10 : 0,
    subsets: both,
  }));
  await rollBackRoute(lab, istioRoute, quiet);
  expect(order).toEqual(["route 0", "routes?", "routes?", "routes?", stable]);
});

test("a first share that the state cannot follow is taken back, and the pods with it", async () => {
  const update = async () => {
    throw new Error("no state");
  };
  const view = (_asked: number, weight = 0) => ({ canary: weight, subsets: both });
  const { lab, order } = labWithCaller({ configWeight: 0, changes: { canaryWeight: 10 }, update }, view);
  await expect(moveTraffic(lab, istioRoute, quiet)).rejects.toThrow("no state");
  expect(order.filter((one) => !one.endsWith("?"))).toEqual([every, "route 10", "route 0", stable]);
});

test("a Service that a rollback has closed meanwhile is opened again before the route leads there", async () => {
  const view = (_asked: number, weight = 0) => ({ canary: weight, subsets: both });
  const closed = { app: "versioned-echo", version: "v1" };
  const given: FakeOptions = { configWeight: 0, changes: { canaryWeight: 10 } };
  const { lab, order } = labWithCaller(given, view, [closed, { app: "versioned-echo" }]);
  await moveTraffic(lab, istioRoute, quiet);
  expect(order.slice(0, 5)).toEqual([every, "pods?", every, "pods?", "route 10"]);
});

test("a Service is opened again where the route has got a share while it was closed", async () => {
  const { lab, order } = labWithCaller({ configWeight: 0 }, () => ({ canary: 0, subsets: both }));
  const weights = [0, 20];
  const read = async () => ({ weights: shareOf(weights.shift() ?? 20), owner: "canary-lab" });
  await closeService(lab, { ...istioRoute, read });
  expect(order).toEqual([stable, every]);
  await closeService(lab, { ...istioRoute, read }); // it has one still: nothing is done
  expect(order).toEqual([stable, every]);
});

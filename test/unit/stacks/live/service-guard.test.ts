import { expect, jest, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import { servicePath } from "../../../../cluster/kube/paths.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { renderService } from "../../../../components/workload/render-service.ts";
import { sampleConfig } from "../sample-config.ts";
import { podsAt, type SidecarView, sidecar } from "./proxies/envoy.ts";

// Hooks cannot be registered under mocks: what they would run is kept instead.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>) => ({ run }),
}));
let now = 0;
const pass = async (milliseconds: number) => {
  now += milliseconds;
};
jest.unstable_mockModule("node:timers/promises", () => ({ setTimeout: pass }));
jest.spyOn(performance, "now").mockImplementation(() => now);
const { serviceGuard } = await import("../../../../stacks/live/service-guard.ts");

type Hook = { readonly run: (args: object) => Promise<void> };
const at = (weight: number) => ({ ...sampleConfig, canaryWeight: toWeight(weight) });
const both = { v1: ["1.1.1.1"], v2: ["2.2.2.2"] };

/** The guard of an update to `weight`, in a cluster whose route gives the canary `live`; `log` has the selectors that it writes. */
function guard(weight: number, live: number, view: () => SidecarView, isReady = () => true, service?: object) {
  const log: unknown[] = [];
  const client = {
    get: async <T>(path: string) =>
      (path.includes("virtualservices")
        ? renderVirtualService(at(live))
        : path.includes("services/")
          ? service
          : path.includes("version%3Dv1") && !isReady()
            ? { items: [] }
            : podsAt(path)) as T,
    apply: async <T>(path: string, object: object) => {
      expect(path).toBe(servicePath("canary-lab", "versioned-echo"));
      log.push((object as { readonly spec: { readonly selector: object } }).spec.selector);
      return object as T;
    },
  } as unknown as Parameters<typeof serviceGuard>[0];
  const { narrow, widen } = serviceGuard(
    client,
    at(weight),
    { ingress: null },
    async () => sidecar(view),
    () => {},
  );
  const run = async (binding: typeof narrow, args: object) => {
    for (const hook of binding.beforeUpdate ?? []) await (hook as unknown as Hook).run(args);
  };
  return {
    log,
    narrow: (from: number) => run(narrow, { oldInputs: renderService(at(from)), newInputs: renderService(at(weight)) }),
    widen: () => run(widen, { oldInputs: renderVirtualService(at(live)), newInputs: renderVirtualService(at(weight)) }),
  };
}

test("pods leave the Service when no proxy sends to them", async () => {
  let asked = 0;
  const { narrow } = guard(0, 0, () => ({ canary: asked++ < 6 ? 10 : 0, subsets: both }));
  await narrow(10);
  expect(asked).toBeGreaterThan(6);
});

test("a proxy that goes on sending to them keeps them there, and is named", async () => {
  const { narrow } = guard(0, 0, () => ({ canary: 10, subsets: both }));
  await expect(narrow(10)).rejects.toThrow(
    /No pod can be taken out of the Service yet: .* 60 s: client-1 \(a route to v2\)/,
  );
});

test("pods leave the Service when one of those that stay is ready: before that it would have none", async () => {
  let looks = 0;
  const { narrow } = guard(
    0,
    0,
    () => ({ canary: 0, subsets: both }),
    () => looks++ > 3,
  );
  await narrow(10);
  expect(looks).toBeGreaterThan(3);
  const none = guard(
    0,
    0,
    () => ({ canary: 0, subsets: both }),
    () => false,
  );
  await expect(none.narrow(10)).rejects.toThrow(/out of the Service yet after 90 s: none of those that stay is ready/);
});

test("a rollback that has taken them out already is not waited for again", async () => {
  const silent = () => {
    throw new Error("a proxy was asked");
  };
  await guard(0, 0, silent, () => true, renderService(at(0))).narrow(10);
});

test("nobody is asked where the Service selects no less", async () => {
  const silent = () => {
    throw new Error("a proxy was asked");
  };
  await guard(10, 10, silent).narrow(0);
  await guard(10, 10, silent).narrow(30);
});

test("the canary's pods enter the Service, and the proxies know them, before the route leads there", async () => {
  let asked = 0;
  const { widen, log } = guard(10, 0, () => ({ canary: 0, subsets: asked++ < 3 ? { v2: [] } : both }));
  await widen();
  expect(log).toEqual([{ app: "versioned-echo" }]);
  expect(asked).toBe(4);
});

test("where a proxy does not get to know them the Service is as it was", async () => {
  const { widen, log } = guard(10, 0, () => ({ canary: 0, subsets: { v2: [] } }));
  await expect(widen()).rejects.toThrow(/gets no share yet: .*client-1 \(0 of 1 pods of the canary\)/);
  expect(log).toEqual([{ app: "versioned-echo" }, { app: "versioned-echo", version: "v1" }]);
});

test.each([
  ["a move between two shares", 30, 10],
  ["a fall", 0, 10],
  ["a share that canaryctl has given already", 10, 10],
])("%s writes no Service", async (_case, weight, live) => {
  const { widen, log } = guard(weight, live, () => ({ canary: live, subsets: both }));
  await widen();
  expect(log).toEqual([]);
});

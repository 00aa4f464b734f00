import { expect, test } from "@jest/globals";
import type { Lab } from "../../../../../canaryctl/src/lab.ts";
import { mustBeBackInProxies } from "../../../../../canaryctl/src/strategies/rollouts/back-in-proxies.ts";
import { rolloutBlueGreen } from "../../../../../canaryctl/src/strategies/rollouts/rollout.ts";
import { podsPath } from "../../../../../cluster/kube/paths.ts";
import { readyPod } from "../../traffic/client-proxy.ts";
import { aborted, fakeRollout, healthy, pausedColour } from "./fake-rollout.ts";

const quiet = () => {};

const stablePods = podsPath("canary-lab", { app: "versioned-echo", "rollouts-pod-template-hash": "old" });
const callers = podsPath("canary-lab", { app: "versioned-echo-client" });

/** A caller's proxy, by the pods that it has of the active Service, read anew for each question. */
function withCaller(lab: Lab, endpoints: () => readonly string[]): Lab {
  const lists: Readonly<Record<string, readonly object[]>> = {
    [callers]: [readyPod("client-1")],
    [stablePods]: ["1.1.1.1", "1.1.1.2"].map((podIP) => ({ metadata: { name: podIP }, status: { podIP } })),
  };
  const answer = () =>
    JSON.stringify({
      cluster_statuses: [
        {
          name: "outbound|80||versioned-echo-active.canary-lab.svc.cluster.local",
          host_statuses: endpoints().map((address) => ({ address: { socket_address: { address } } })),
        },
      ],
    });
  const get = async <T>(path: string) =>
    path.includes("/pods?") ? ({ items: lists[path] ?? [] } as T) : lab.cluster.get<T>(path);
  return { ...lab, cluster: { ...lab.cluster, get }, proxy: async () => async () => answer() };
}

test("a proxy that has a pod of another revision behind the active Service is named", async () => {
  const { lab } = fakeRollout({ ...pausedColour, ...aborted, blueGreen: pausedColour.blueGreen });
  const lagging = withCaller(lab, () => ["1.1.1.1", "2.2.2.2"]);
  await expect(mustBeBackInProxies(lagging, 0)).rejects.toThrow(
    /Service versioned-echo-active selects the stable pods, and 1 of 1 proxies have not got it after 0 s: client-1 \(other pods of versioned-echo-active: 2\.2\.2\.2\)/,
  );
  await expect(
    mustBeBackInProxies(
      withCaller(lab, () => []),
      0,
    ),
  ).rejects.toThrow(/client-1 \(no pods of versioned-echo-active\)/);
});

test("a pod of the stable revision that the proxy has not got yet holds up nobody", async () => {
  const { lab } = fakeRollout({ ...pausedColour, ...aborted });
  await mustBeBackInProxies(
    withCaller(lab, () => ["1.1.1.2"]),
    0,
  );
});

test("a rollback is over when the callers' proxies have the stable pods", async () => {
  let asked = 0;
  const fake = fakeRollout({ ...pausedColour, ...healthy }, () => aborted, {
    update: async () =>
      fake.become({
        stableRS: "old",
        currentPodHash: "old",
        blueGreen: { activeSelector: "old", previewSelector: "old" },
      }),
  });
  const lab = withCaller(fake.lab, () => {
    asked += 1;
    return asked < 3 ? ["2.2.2.2"] : ["1.1.1.1"];
  });
  expect(await rolloutBlueGreen.rollback(lab, quiet)).toMatch(/^Rolled back/);
  expect(asked).toBe(3);
});

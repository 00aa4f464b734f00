import { describe, expect, test } from "@jest/globals";
import { gibOf, hourlyCost, listPrices, sumOf } from "../../../../canary/cost.ts";
import { type CountedPod, costOf } from "../../../../canaryctl/src/cost/cost-of.ts";
import { costText } from "../../../../canaryctl/src/cost/cost-text.ts";
import { amountsOf, type PodSpec, podRequests } from "../../../../canaryctl/src/cost/pod-amounts.ts";
import { countedPods } from "../../../../canaryctl/src/cost/read-cost.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { planLength } from "../../../../stacks/release-plan.ts";
import { defaults, sampleConfig, sampleFacts } from "../../stacks/sample-config.ts";

const Mi = 2 ** 20;
/** A whole number of each, so that the sums can be done by hand. */
const prices = { cpuHour: 2, gibHour: 1, currency: "EUR" };

test("an hour costs its CPUs and its GiB", () => {
  expect(hourlyCost({ cpu: 0.5, memory: 256 * Mi }, prices)).toBe(1.25);
  // 2 CPUs x 0.0445 + 4 GiB x 0.0049225
  expect(hourlyCost({ cpu: 2, memory: 4096 * Mi }, listPrices)).toBeCloseTo(0.10869, 10);
  expect(sumOf([])).toEqual({ cpu: 0, memory: 0 });
  expect(gibOf({ memory: 1536 * Mi })).toBe(1.5);
});

/** The application's pod as the API server gives it with Istio's sidecar, as a container or as an init container that goes on running. */
const served = (sidecar: "container" | "init"): PodSpec => {
  const echo = { name: "echo", resources: { requests: { cpu: "20m", memory: "64Mi" } } };
  const proxy = { name: "istio-proxy", resources: { requests: { cpu: "10m", memory: "40Mi" } } };
  const ended = { name: "istio-init", resources: { requests: { cpu: "1", memory: "1Gi" } } };
  return sidecar === "container"
    ? { containers: [proxy, echo], initContainers: [ended] }
    : { containers: [echo], initContainers: [ended, { ...proxy, restartPolicy: "Always" }] };
};

describe("what a pod asks for", () => {
  test.each(["container", "init"] as const)(
    "is its own containers' and the sidecar's, which is %s, and nothing that has ended",
    (kind) => {
      expect(podRequests(served(kind))).toEqual({
        own: { cpu: 0.02, memory: 64 * Mi },
        sidecar: { cpu: 0.01, memory: 40 * Mi },
        containers: { own: ["echo"], sidecar: ["istio-proxy"] },
        silent: [],
      });
    },
  );

  test("is in a gateway the proxy's, and in a pod that asks for nothing 0, which is told", () => {
    expect(
      podRequests({
        containers: [{ name: "istio-proxy", resources: { requests: { cpu: "0.1", memory: "134217728" } } }],
      }),
    ).toMatchObject({
      own: { cpu: 0.1, memory: 128 * Mi },
      sidecar: { cpu: 0, memory: 0 },
    });
    expect(
      podRequests({ containers: [{ name: "a" }, { name: "b", resources: { requests: { cpu: "1" } } }] }),
    ).toMatchObject({
      own: { cpu: 1, memory: 0 },
      silent: ["a", "b"],
    });
  });

  test("is read in each form of a quantity that metrics-server and the API server write", () => {
    expect(amountsOf({ cpu: "1234567n", memory: "20480Ki" })).toEqual({ cpu: 0.001234567, memory: 20 * Mi });
    expect(amountsOf({ cpu: "1500u", memory: "1e6" })).toEqual({ cpu: 0.0015, memory: 1_000_000 });
  });
});

const pod = (name: string, role: CountedPod["role"], spec: PodSpec = served("container")): CountedPod => ({
  namespace: "canary-lab",
  name,
  role,
  spec,
});

const istiod: PodSpec = {
  containers: [{ name: "discovery", resources: { requests: { cpu: "500m", memory: "2Gi" } } }],
};

describe("the report", () => {
  const pods = [
    ...[pod("v1-a", "stable side"), pod("v1-b", "stable side"), pod("v2-a", "canary")],
    pod("istiod-x", "istiod", istiod),
  ];

  test("adds up by part, beside the stable side, and for the length of the plan", () => {
    const report = costOf({ pods, prices, plan: { seconds: 1800, decisions: 3 }, use: undefined });
    // echo: 0.02 x 2 + 0.0625 x 1 = 0.1025 an hour; a sidecar: 0.01 x 2 + 40/1024 = 0.0590625; istiod: 0.5 x 2 + 2 = 3.
    expect(report.parts.map(({ part, pods: count, perHour }) => [part, count, Number(perHour.toFixed(7))])).toEqual([
      ["stable side", 2, 0.205],
      ["canary", 1, 0.1025],
      ["istiod", 1, 3],
      ["sidecars", 3, 0.1771875],
    ]);
    // 0.1025 + 3 + 0.1771875
    expect(report.added.perHour).toBeCloseTo(3.2796875, 10);
    // Half an hour of the canary and of its one sidecar: (0.1025 + 0.0590625) / 2
    expect(report.plan?.cost).toBeCloseTo(0.08078125, 10);
    expect(report.measuredBy).toBeNull();
  });

  test("has use beside requests where all containers of a part were measured", () => {
    const byContainer = new Map([
      ["canary-lab/v2-a/echo", { cpu: 0.004, memory: 32 * Mi }],
      ["canary-lab/v1-a/echo", { cpu: 0.01, memory: 32 * Mi }],
    ]);
    const { parts, measuredBy } = costOf({
      pods,
      prices,
      plan: undefined,
      use: { source: "metrics-server", byContainer },
    });
    expect(parts.map(({ part, used }) => [part, used])).toEqual([
      ["stable side", null],
      ["canary", { cpu: 0.004, memory: 32 * Mi }],
      ["istiod", null],
      ["sidecars", null],
    ]);
    expect(measuredBy).toBe("metrics-server");
  });

  test("is a table with what it does not know", () => {
    const silent = pod("prometheus-0", "monitoring", { containers: [{ name: "prometheus" }] });
    const lines = costText(
      costOf({ pods: [...pods, silent], prices, plan: { seconds: 90, decisions: 1 }, use: undefined }),
    );
    expect(
      lines.join("\n"),
    ).toBe(`What pods ask for, at 2 EUR for a CPU and 1 EUR for a GiB of memory, an hour each (prices in the config):

                          pods  CPUs  GiB     EUR an hour
  stable side             2     0.04  0.125   0.205
  canary                  1     0.02  0.0625  0.103
  istiod                  1     0.5   2       3
  monitoring              1     0     0       0
  sidecars                3     0.03  0.117   0.177
  beside the stable side        0.55  2.18    3.28

With its sidecars, the canary costs 0.00404 EUR for the plan, 90s and what people take for 1 decision.
What is used is not known: the cluster has no metrics-server, and no Prometheus of this stack counts containers.
In no number, for they ask for no CPU or no memory: canary-lab/prometheus-0/prometheus.`);
  });
});

describe("pods by what they are there for", () => {
  const live = (namespace: string, name: string, labels: Readonly<Record<string, string>>, set?: string) => ({
    metadata: {
      namespace,
      name,
      labels,
      ...(set !== undefined && { ownerReferences: [{ kind: "ReplicaSet", name: set, controller: true }] }),
    },
    spec: served("container"),
  });
  const facts = sampleFacts(parseConfig({ ...defaults, monitoring: true }));
  const roles = (pods: Parameters<typeof countedPods>[0], canaryPods?: readonly string[]) =>
    countedPods(pods, sampleConfig, facts, canaryPods).map(({ name, role }) => `${name}: ${role}`);

  test("by labels and namespaces; somebody else's and those that are going are not counted", () => {
    const going = live("canary-lab", "gone", { app: "versioned-echo", version: "v2" });
    expect(
      roles([
        live("canary-lab", "a", { app: "versioned-echo", version: "v1" }),
        live("canary-lab", "b", { app: "versioned-echo", version: "v2" }),
        live("canary-lab", "c", { app: "versioned-echo-client" }),
        live("canary-lab", "d", { app: "versioned-echo-judge" }),
        live("canary-lab", "e", { "gateway.networking.k8s.io/gateway-name": "versioned-echo-gateway" }),
        live("canary-lab", "somebody-elses", { app: "caller" }),
        live("istio-system", "istiod-1", { app: "istiod" }),
        live("istio-system", "kiali-1", { app: "kiali" }),
        live("istio-ingress", "f", { istio: "ingress" }),
        live("monitoring", "prometheus-0", {}),
        live("argo-rollouts", "g", { "app.kubernetes.io/name": "argo-rollouts" }),
        { ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-11-26T23:30:00Z" } },
      ]),
    ).toEqual([
      "a: stable side",
      "b: canary",
      "c: load client and judge",
      "d: load client and judge",
      "e: gateway",
      "istiod-1: istiod",
      "f: gateway",
      "prometheus-0: monitoring",
      "g: Argo Rollouts",
    ]);
  });

  test("of a Rollout by the revision that is the canary's", () => {
    const labels = { app: "versioned-echo", version: "v2" };
    expect(
      roles([live("canary-lab", "old", labels, "rs-1"), live("canary-lab", "new", labels, "rs-2")], ["rs-2"]),
    ).toEqual(["old: stable side", "new: canary"]);
  });
});

test("the plan's length is a controller's prediction, by hand the least that its steps are kept, and nothing without a plan", () => {
  const of = (values: Parameters<typeof parseConfig>[0]) => planLength(parseConfig({ ...defaults, ...values }));
  expect(of({ plan: { weights: [20, 50], bake: "30s" } })).toEqual({ seconds: 60, decisions: 3 });
  // Two pods: 20 s for the first one and 20 for the second, at 60 %; three moves of 1 s; two bakes.
  expect(of({ strategy: "rollout-canary", canaryWeight: 0, plan: { weights: [20, 60], bake: "30s" } })).toEqual({
    seconds: 103,
    decisions: 0,
  });
  expect(of({ strategy: "rolling-update", canaryWeight: 0 })).toBeUndefined();
});

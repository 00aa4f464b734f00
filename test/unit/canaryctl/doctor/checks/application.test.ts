import { describe, expect, test } from "@jest/globals";
import type { ClusterFacts, PodFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { diagnose } from "../../../../../canaryctl/src/doctor/table.ts";
import { broken, factsOf, finding, ids, wholeLab } from "../recorded.ts";

/** The pods of the lab, one of which is changed. */
const withPod = (isOne: (pod: PodFacts) => boolean, change: Partial<PodFacts>) => ({
  pods: wholeLab.pods?.map((pod) => (isOne(pod) ? { ...pod, ...change } : pod)),
});
const isCanary = ({ labels }: PodFacts): boolean => labels.version === "v2";

describe("sidecars", () => {
  test("a namespace that lost its label, or has a revision that nobody injects", () => {
    const labelled = (labels: Record<string, string>) =>
      ids(factsOf({ cluster: { namespace: { labels, strategy: "istio", isGoing: false } } }));
    expect(labelled({})).toEqual(["error injection-label/canary-lab"]);
    expect(labelled({ "istio-injection": "disabled" })).toEqual(["error injection-label/canary-lab"]);
    expect(labelled({ "istio.io/rev": "canary" })).toEqual(["error injection-label/canary-lab"]);
    expect(labelled({ "istio.io/rev": "default" })).toEqual([]);
  });

  test("a namespace that lost notes of the program", () => {
    const labels = { "istio-injection": "enabled" };
    const lost = { labels, strategy: "istio", isGoing: false, lostNotes: ["canary-lab/stack"] } as const;
    expect(ids(factsOf({ cluster: { namespace: lost } }))).toEqual(["warning namespace-notes/canary-lab"]);
  });

  test("a pod of the application is restarted by --fix; one that refuses its sidecar is not", () => {
    const [found] = diagnose(factsOf({ cluster: withPod(isCanary, { hasSidecar: false }) }));
    expect(found).toMatchObject({
      severity: "error",
      mend: ["kubectl -n canary-lab rollout restart deployment/versioned-echo-v2"],
      fix: { kind: "restart", workload: { kind: "Deployment", name: "versioned-echo-v2" } },
    });
    const [refusing] = diagnose(factsOf({ cluster: withPod(isCanary, { hasSidecar: false, inject: "false" }) }));
    expect(refusing?.fix).toBeUndefined();
  });
});

describe("pods that a quota refused", () => {
  const refusedBy = (quotas: ClusterFacts["quotas"], asked: string) => {
    const facts = broken("quota");
    const { cluster } = facts;
    if (!cluster) throw new Error("no cluster was recorded");
    const refused = `pods "a" is forbidden: exceeded quota: tight, requested: ${asked}, used: pods=5, limited: pods=5`;
    const workloads = cluster.workloads?.map((one) => (one.refused === undefined ? one : { ...one, refused }));
    return finding({ ...facts, cluster: { ...cluster, workloads, quotas } }, "quota/versioned-echo-v2");
  };
  const retry =
    "kubectl -n canary-lab annotate replicaset versioned-echo-v2-676bd4b4bf --overwrite canary-lab/retried=$(date +%s)";

  test.each<[quota: string, ClusterFacts["quotas"], asked: string]>([
    ["that is gone", [], "pods=1"],
    ["that has room now", [{ name: "tight", hard: { pods: "6" }, used: { pods: "5" } }], "pods=1"],
    ["that counts something else now", [{ name: "tight", hard: { services: "1" }, used: { services: "1" } }], "pods=1"],
    [
      "of amounts",
      [{ name: "tight", hard: { "limits.cpu": "2", pods: "9" }, used: { "limits.cpu": "1500m", pods: "5" } }],
      "limits.cpu=500m,pods=1",
    ],
  ])("%s: they are made again at once", (_, quotas, asked) => {
    expect(refusedBy(quotas, asked)).toMatchObject({
      what: expect.stringContaining("There is room now"),
      mend: [retry],
      fix: { kind: "retry", replicaSet: "versioned-echo-v2-676bd4b4bf" },
    });
  });

  test.each<[quota: string, ClusterFacts["quotas"], mend: string, asked: string]>([
    [
      "without room",
      [{ name: "tight", hard: { pods: "5" }, used: { pods: "5" } }],
      "patch resourcequota tight",
      "pods=1",
    ],
    [
      "without room for one amount",
      [{ name: "tight", hard: { "limits.cpu": "2", pods: "9" }, used: { "limits.cpu": "1501m", pods: "5" } }],
      "describe resourcequota tight",
      "limits.cpu=500m,pods=1",
    ],
    ["that cannot be read", undefined, "describe resourcequota tight", "pods=1"],
  ])("%s: a person makes room", (_, quotas, mend, asked) => {
    const found = refusedBy(quotas, asked);
    expect(found).toMatchObject({ what: expect.stringContaining("forbids"), mend: [expect.stringContaining(mend)] });
    expect(found?.fix).toBeUndefined();
  });
});

describe("pods", () => {
  test("that find no node", () => {
    const change = { isReady: false, unschedulable: "0/1 nodes are available: 1 Insufficient cpu." };
    expect(ids(factsOf({ cluster: withPod(isCanary, change) }))).toEqual([
      "error unschedulable/versioned-echo-v2",
      "error subset/v2",
    ]);
  });

  test("that crash, with how they ended", () => {
    const fault = {
      container: "echo",
      image: "x",
      reason: "CrashLoopBackOff",
      message: "last time: Error, exit code 1",
      restarts: 4,
      isCrashing: true,
    };
    const facts = factsOf({ cluster: withPod(isCanary, { isReady: false, faults: [fault] }) });
    expect(finding(facts, "not-starting/versioned-echo-v2")?.evidence[0]).toMatch(
      /4 restarts: last time: Error, exit code 1/,
    );
  });

  test("of a canary that is not enabled are not missed", () => {
    const pods = wholeLab.pods?.filter((pod) => !isCanary(pod));
    const workloads = wholeLab.workloads?.filter(({ name }) => !name.startsWith("versioned-echo-v2"));
    const found = (config: Record<string, string>) => ids(factsOf({ config, cluster: { pods, workloads } }));
    expect(found({})).toContain("error absent/Deployment/versioned-echo-v2");
    expect(found({ canaryEnabled: "false", canaryWeight: "0" })).not.toContain(
      "error absent/Deployment/versioned-echo-v2",
    );
  });
});

describe("the route", () => {
  const split = (canary: number) => ({ stable: 100 - canary, canary });

  test("a proxy that goes on with an older one is named", () => {
    const proxies = wholeLab.proxies?.map((proxy, index) => (index === 0 ? { ...proxy, split: split(50) } : proxy));
    expect(ids(factsOf({ cluster: { proxies } }))).toEqual([`error proxy-route/${proxies?.[0]?.pod}`]);
  });

  test("the lab's gateway is asked where there is a VirtualService, and the Gateway API's own where there is an HTTPRoute", () => {
    const lagging = { split: split(50) };
    const proxies = [
      { pod: "lab", namespace: "istio-ingress", ...lagging },
      { pod: "own", namespace: "canary-lab", isGateway: true, ...lagging },
    ];
    const asked = (strategy: string) =>
      ids(
        factsOf({ config: { strategy }, cluster: { proxies, httpRoute: { weights: split(10), owner: "canary-lab" } } }),
      ).filter((id) => id.includes("proxy-route"));
    expect(asked("istio")).toEqual(["error proxy-route/lab"]);
    expect(asked("gateway-api")).toEqual(["error proxy-route/own"]);
  });

  test("that gives the canary more than the config is put back by --fix; one that gives it less is for a person", () => {
    const moved = broken("moved-by-hand");
    expect(finding(moved, "route-drift")?.fix).toEqual({ kind: "up" });
    const raised = factsOf({ config: { canaryWeight: "60" }, cluster: moved.cluster });
    expect(finding(raised, "route-drift")).toMatchObject({ severity: "error" });
    expect(finding(raised, "route-drift")?.fix).toBeUndefined();
  });

  test("the header's route of a Rollout that its controller dropped", () => {
    const config = { strategy: "rollout-canary" };
    const rollout = { fault: undefined, isAborted: false, headerRoutes: ["canary-header"] };
    expect(ids(factsOf({ config, cluster: { rollout } }))).toContain("error header-route/canary-header");
    const without = { ...rollout, headerRoutes: [] };
    expect(ids(factsOf({ config, cluster: { rollout: without } }))).not.toContain("error header-route/canary-header");
  });
});

test("an autoscaler is named in the place of a number that is off", () => {
  const autoscalers = [{ name: "busy", target: "versioned-echo-v1" }];
  const facts = factsOf({ cluster: { ...broken("scaled").cluster, autoscalers } });
  expect(ids(facts)).toEqual(["warning autoscaler/versioned-echo-v1"]);
});

test("no strategy has faults of another one", () => {
  const strategies = [
    "gateway-api",
    "replica-ratio",
    "rolling-update",
    "rollout-canary",
    "rollout-blue-green",
    "nginx-header",
  ];
  for (const strategy of strategies) {
    const foreign = ids(
      factsOf({ config: { strategy }, cluster: { httpRoute: null, virtualServices: [], destinationRules: [] } }),
    );
    const usesIstio = strategy.startsWith("rollout");
    expect([strategy, foreign.includes("error absent/VirtualService/versioned-echo-virtualservice")]).toEqual([
      strategy,
      usesIstio,
    ]);
    expect([strategy, foreign.includes("error absent/HTTPRoute/versioned-echo")]).toEqual([
      strategy,
      strategy === "gateway-api",
    ]);
  }
});

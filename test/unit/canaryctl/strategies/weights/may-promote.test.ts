import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { platformOf } from "../../../../../canaryctl/src/lab.ts";
import { weighted } from "../../../../../canaryctl/src/strategies/weights/weighted.ts";
import { isOfCanary } from "../../../../../canaryctl/src/traffic/alerts.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { podShare } from "../../../../../canaryctl/src/traffic/pod-share.ts";
import { deploymentsPath } from "../../../../../cluster/kube/paths.ts";
import type { LabConfig } from "../../../../../stacks/config/schema.ts";
import { type Counted, countedCluster } from "../../../stacks/live/counted-cluster.ts";
import { sampleConfig } from "../../../stacks/sample-config.ts";
import { type FakeOptions, fakeLab } from "../../fake-lab.ts";

/** A lab with monitoring whose Prometheus has counted this of the canary. */
function counting(counted: Counted, { changes = {}, ...options }: FakeOptions = {}) {
  const { get, asked } = countedCluster(counted);
  const { lab, log, live } = fakeLab({
    configWeight: 10,
    ...options,
    changes: { monitoring: true, plan: "90-70-50-0", ...changes },
  });
  const cluster = {
    ...lab.cluster,
    get: async <T>(path: string): Promise<T | undefined> => {
      if (path.includes("ALERTS")) return { data: { result: [] } } as T;
      return /proxy|pods[?]|configmaps/.test(path) ? get<T>(path) : lab.cluster.get<T>(path);
    },
  };
  return { lab: { ...lab, cluster }, log, live, asked };
}

const quiet = () => {};
const { promote, promoteFully, rollback, setTraffic } = weighted(istioRoute);
const prometheus = "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query";

/** A lab whose route is at 10 percent for so many seconds. */
function baking(seconds: number, options: FakeOptions = {}) {
  const routeWritten = new Date(Date.now() - seconds * 1000);
  return fakeLab({ configWeight: 10, ...options, routeWritten, changes: { plan: "10-30-60", ...options.changes } });
}

describe("a promotion before the bake time is over", () => {
  test.each([
    ["to the next weight", promote, "npx canaryctl promote\nnpx canaryctl promote --now --reason urgent"],
    ["in full", promoteFully, "npx canaryctl promote --full\nnpx canaryctl promote --now --reason urgent --full"],
  ])("%s is refused, with what is left of it", async (_case, command, next) => {
    const { lab, log } = baking(20);
    await expect(command(lab, quiet)).rejects.toMatchObject({
      message: expect.stringMatching(/keeps 10 % for 1m, and (40|39) s of that are left/),
      next,
    });
    expect(log).toEqual([]);
  });

  test("is made where it is over, where the plan has no time, at a weight that is on no stage, and with --now", async () => {
    for (const { lab } of [
      baking(61),
      baking(1, { changes: { plan: "90-70-50-0" } }),
      baking(1, { changes: { plan: "25" } }),
    ])
      expect(await promote(lab, quiet)).toMatch(/^Traffic: 90\/10/);
    expect(await promote(baking(1).lab, quiet, { now: true })).toMatch(/^Traffic: 90\/10 -> 70\/30/);
  });

  test("is no reason to refuse a rollback or a share that is asked for by its number", async () => {
    expect(await setTraffic(baking(1).lab, quiet)).toMatch(/^Traffic/);
    expect(await rollback(baking(1).lab, quiet)).toMatch(/^Rolled back/);
  });
});

describe("with monitoring", () => {
  const changes = { monitoring: true };
  const firing = (...metrics: readonly object[]) => ({
    [prometheus]: { data: { result: metrics.map((metric) => ({ metric })) } },
  });
  const alert = { alertname: "ErrorsWhileShareRises", version: "v2" };

  test("a promotion is refused while an alert of the canary fires", async () => {
    const { lab, log } = baking(90, { changes, objects: firing(alert) });
    await expect(promote(lab, quiet)).rejects.toMatchObject({
      message: "Alerts of the canary fire: ErrorsWhileShareRises.",
      next: "npx canaryctl rollback\nnpx canaryctl promote --now --reason urgent",
    });
    await expect(promoteFully(lab, quiet)).rejects.toThrow(/Alerts of the canary/);
    expect(log).toEqual([]);
    expect(await promote(lab, quiet, { now: true })).toMatch(/^Traffic/);
  });

  test("the alerts are asked of the Prometheus of the platform that is noted", async () => {
    const monitoring = {
      namespace: "observability",
      service: "prom",
      port: 80,
      picks: { monitors: {}, rules: {}, namespaces: {} },
      scrapesProxies: false,
    };
    const [answer] = Object.values(firing(alert));
    const theirs = "/api/v1/namespaces/observability/services/prom:80/proxy/api/v1/query";
    const { lab } = baking(90, { changes, objects: { [theirs]: answer } });
    const platform = { ...platformOf(lab), monitoring };
    await expect(promote({ ...lab, platform }, quiet)).rejects.toThrow(/Alerts of the canary fire/);
  });

  test("one of the stable version does not count", async () => {
    const { lab } = baking(90, { changes: { ...changes, gate: "none" }, objects: firing({ ...alert, version: "v1" }) });
    expect(await promote(lab, quiet)).toMatch(/^Traffic/);
  });

  test.each([
    ["is not there", {}],
    [
      "does not answer",
      {
        get [prometheus]() {
          throw new ApiError(503, "no endpoints available", "GET");
        },
      },
    ],
  ])("a promotion is refused where Prometheus %s, for nothing is known then", async (_case, objects) => {
    const { lab, log } = fakeLab({ configWeight: 10, changes, objects });
    await expect(promote(lab, quiet)).rejects.toThrow(/Prometheus cannot be asked.*Nothing is known/);
    expect(log).toEqual([]);
  });

  test.each<[string, Record<string, string>, Partial<LabConfig>, boolean]>([
    ["the canary's version", { version: "v2" }, {}, true],
    ["the stable version", { version: "v1" }, {}, false],
    ["the canary's subset", { cluster_name: "outbound|80|v2|versioned-echo.canary-lab.svc.cluster.local" }, {}, true],
    ["the stable subset", { cluster_name: "outbound|80|v1|versioned-echo.canary-lab.svc.cluster.local" }, {}, false],
    ["the canary's Service", { cluster_name: "outbound|80||versioned-echo-v2.canary-lab.svc.cluster.local" }, {}, true],
    [
      "one Service for both",
      { cluster_name: "outbound|80||versioned-echo.canary-lab.svc.cluster.local" },
      { strategy: "replica-ratio" },
      true,
    ],
  ])("an alert of %s", (_case, labels, config, expected) => {
    expect(isOfCanary(labels, { ...sampleConfig, ...config })).toBe(expected);
  });
});

describe("where the judge is asked", () => {
  const bad = { canary: { good: 9, bad: 1 } };
  const withShare = (weight: number, options: FakeOptions = {}) => ({
    ...options,
    configWeight: 10,
    changes: { canaryWeight: weight, ...options.changes },
  });

  test("a canary that it fails gets no more, and nothing is touched", async () => {
    for (const command of [promote, promoteFully]) {
      const { lab, log } = counting(bad);
      await expect(command(lab, quiet)).rejects.toMatchObject({
        message: expect.stringMatching(/^The judge fails the canary, which does not go from 10 % to (30|50|100) %\./),
        next: expect.stringMatching(/npx canaryctl watch\nnpx canaryctl promote --now --reason urgent/),
      });
      expect(log).toEqual([]);
    }
    const { lab, log } = counting(bad, withShare(30));
    await expect(setTraffic(lab, quiet)).rejects.toMatchObject({
      message: expect.stringMatching(/^The judge fails the canary, which does not go from 10 % to 30 %\./),
      next: "npx canaryctl rollback\nnpx canaryctl watch\nnpx canaryctl set-traffic 70 30 --now --reason urgent",
    });
    expect(log).toEqual([]);
  });

  test("one that it passes does", async () => {
    expect(await promote(counting({}).lab, quiet)).toMatch(/^Traffic: 90\/10/);
    expect(await setTraffic(counting({}, withShare(30)).lab, quiet)).toMatch(/^Traffic: 90\/10 -> 70\/30/);
  });

  test("nobody is asked about less, a first share, a rollback, with --now, or by who has judged", async () => {
    const less = counting(bad, withShare(5));
    expect(await setTraffic(less.lab, quiet)).toMatch(/^Traffic: 90\/10 -> 95\/5/);
    const first = counting(bad, { ...withShare(10), liveWeight: 0 });
    expect(await setTraffic(first.lab, quiet)).toMatch(/^Traffic: 100\/0 -> 90\/10/);
    const back = counting(bad);
    expect(await rollback(back.lab, quiet)).toMatch(/^Rolled back/);
    const now = counting(bad, withShare(30));
    expect(await setTraffic(now.lab, quiet, { now: true })).toMatch(/^Traffic: 90\/10 -> 70\/30/);
    const judged = counting(bad);
    expect(await promote(judged.lab, quiet, { judged: true })).toMatch(/^Traffic: 90\/10/);
    for (const { asked } of [less, first, back, now, judged])
      expect(asked.filter((path) => path.includes("query_range"))).toEqual([]);
  });

  test("an override of the config lets it get more, and says so", async () => {
    const said: string[] = [];
    const changes = { judgeOverride: "the old version leaks" };
    expect(await setTraffic(counting(bad, withShare(30, { changes })).lab, (line) => said.push(line))).toMatch(
      /^Traffic/,
    );
    expect(said[0]).toMatch(/judgeOverride stands: the old version leaks/);
  });
});

describe("where the judge is asked and only pods split the traffic", () => {
  const bad = { canary: { good: 9, bad: 1 } };
  const deployment = (replicas: number, readyReplicas = replicas) => ({
    metadata: {},
    spec: { replicas, template: { metadata: {}, spec: { containers: [{ name: "echo", image: "echo" }] } } },
    status: { replicas, readyReplicas },
  });
  /** Three pods and one, whose canary may fail. */
  const quarter = (counted: Counted, weight = 25, canaryReady = 1) =>
    counting(counted, {
      configWeight: 25,
      changes: { strategy: "replica-ratio", replicas: 4, plan: '{"weights": [25, 50]}', canaryWeight: weight },
      objects: {
        [deploymentsPath("canary-lab", "versioned-echo-v1")]: deployment(3),
        [deploymentsPath("canary-lab", "versioned-echo-v2")]: deployment(1, canaryReady),
      },
    });
  const byPods = weighted(podShare);

  test("a canary that it fails gets no more, by the shares that the pods are, and the way past has the weight", async () => {
    const next = quarter(bad);
    await expect(byPods.promote(next.lab, quiet)).rejects.toThrow(
      /does not go from 25 % to 50 %\. The canary is worse/,
    );
    const odd = quarter(bad, 47);
    await expect(byPods.setTraffic(odd.lab, quiet)).rejects.toMatchObject({
      message: expect.stringMatching(/^The judge fails the canary, which does not go from 25 % to 50 %\./),
      next: expect.stringMatching(/npx canaryctl set-traffic 53 47 --now --reason urgent$/),
    });
    expect([...next.log, ...odd.log]).toEqual([]);
  });

  test("a canary none of whose pods is ready has a share all the same: its first one was before", async () => {
    const { lab } = quarter(bad, 50, 0);
    await expect(byPods.setTraffic(lab, quiet)).rejects.toThrow(/does not go from 25 % to 50 %/);
  });

  test("a weight that changes no pod is no rise, nor is a lower one", async () => {
    for (const weight of [30, 10]) {
      const { lab, asked } = quarter(bad, weight);
      await byPods.setTraffic(lab, quiet);
      expect(asked.filter((path) => path.includes("query_range"))).toEqual([]);
    }
  });
});

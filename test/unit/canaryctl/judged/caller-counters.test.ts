import { describe, expect, test } from "@jest/globals";
import { CallerCounters } from "../../../../canaryctl/src/judged/caller-counters.ts";

const ready = (name: string) => ({
  metadata: { name },
  status: { conditions: [{ type: "Ready", status: "True" }] },
});

/** Proxies whose counters a test sets; null for one that gives no answer. */
function proxies(pods: Record<string, { v1: number; v2: number; failed?: number } | null>) {
  const asked: string[] = [];
  let seconds = 100;
  const cluster = {
    get: async <T>() => ({ items: Object.keys(pods).map(ready) }) as T,
    text: async (path: string) => {
      asked.push(path);
      const counts = pods[/pods\/([^:]+):15090/.exec(path)?.[1] ?? ""];
      if (!counts) throw new Error("no answer");
      const line = (subset: string, codes: string, count: number) =>
        `envoy_cluster_upstream_rq{cluster_name="outbound|80|${subset}|versioned-echo.canary-lab.svc.cluster.local",response_code_class="${codes}"} ${count}`;
      return [line("v1", "2xx", counts.v1), line("v2", "2xx", counts.v2), line("v2", "5xx", counts.failed ?? 0)].join(
        "\n",
      );
    },
  };
  const groups = [
    { app: "versioned-echo", namespace: "canary-lab", labels: { app: "client" }, host: "versioned-echo." },
  ];
  const release = {
    telemetry: "envoy",
    namespace: "canary-lab",
    app: "versioned-echo",
    by: "cluster_name",
    stable: "v1",
    canary: "v2",
  } as const;
  const counters = new CallerCounters(cluster, { groups, release, edges: [250] }, () => seconds++);
  const tables = () =>
    counters.slices.map(({ seconds, stable, canary }) => [seconds, stable.requests, canary.requests, canary.bad]);
  return { counters, tables, asked };
}

describe("the requests of a release at its callers' proxies", () => {
  test("are those since the first look, of all proxies, in one slice for each look", async () => {
    const pods = { one: { v1: 900, v2: 100 }, two: { v1: 50, v2: 5 } };
    const { counters, tables, asked } = proxies(pods);
    expect(await counters.look()).toBe(2);
    pods.one = { v1: 990, v2: 110 };
    pods.two = { v1: 59, v2: 6 };
    await counters.look();
    expect(tables()).toEqual([[1, 99, 11, 0]]);
    expect(asked[0]).toBe(
      "/api/v1/namespaces/canary-lab/pods/one:15090/proxy/stats/prometheus?usedonly&filter=versioned-echo.*upstream_rq",
    );
  });

  test("of a proxy that could not be read come later, and nobody who restarts counts twice", async () => {
    const pods: Parameters<typeof proxies>[0] = { one: { v1: 900, v2: 100 }, two: { v1: 50, v2: 5 } };
    const { counters, tables } = proxies(pods);
    await counters.look();
    pods.one = { v1: 990, v2: 110 };
    pods.two = null;
    expect(await counters.look()).toBe(1);
    pods.one = { v1: 1, v2: 0 };
    pods.two = { v1: 68, v2: 7, failed: 1 };
    await counters.look();
    expect(tables()).toEqual([
      [1, 90, 10, 0],
      [1, 18, 3, 1],
    ]);
  });

  test("of nobody are a time without any, which no pass outlives", async () => {
    const pods: Parameters<typeof proxies>[0] = { one: { v1: 900, v2: 100 } };
    const { counters, tables } = proxies(pods);
    await counters.look();
    pods.one = null;
    expect(await counters.look()).toBe(0);
    expect(tables()).toEqual([[1, 0, 0, 0]]);
  });
});

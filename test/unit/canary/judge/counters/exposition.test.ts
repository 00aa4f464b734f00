import { expect, test } from "@jest/globals";
import { CounterReader } from "../../../../../canary/judge/counters/counter-reader.ts";
import { readExposition } from "../../../../../canary/judge/counters/exposition.ts";
import { telemetryOf } from "../../../../../canary/judge/counters/telemetry.ts";

const edges = [0.5, 250];
const telemetry = telemetryOf(
  {
    telemetry: "envoy",
    namespace: "canary-lab",
    app: "versioned-echo",
    by: "cluster_name",
    stable: "v1",
    canary: "v2",
  },
  edges,
);

/** Lines as a sidecar of Istio 1.29 writes them. */
function page({ v1, v2, failed }: { v1: number; v2: number; failed: number }): string {
  const of = (subset: string) => `cluster_name="outbound|80|${subset}|versioned-echo.canary-lab.svc.cluster.local"`;
  return [
    "# TYPE envoy_cluster_upstream_rq counter",
    `envoy_cluster_external_upstream_rq{${of("v1")},response_code_class="2xx"} ${v1}`,
    `envoy_cluster_upstream_rq{${of("v1")},response_code="200"} ${v1}`,
    `envoy_cluster_upstream_rq{${of("v1")},response_code_class="2xx"} ${v1}`,
    `envoy_cluster_upstream_rq{${of("v2")},response_code="200"} ${v2 - failed}`,
    `envoy_cluster_upstream_rq{${of("v2")},response_code_class="2xx"} ${v2 - failed}`,
    ...(failed > 0 ? [`envoy_cluster_upstream_rq{${of("v2")},response_code_class="5xx"} ${failed}`] : []),
    `envoy_cluster_upstream_rq{cluster_name="outbound|80|v2|other.canary-lab.svc.cluster.local",response_code_class="5xx"} 77`,
    `envoy_cluster_upstream_rq_total{${of("v2")}} ${v2}`,
    ...(["v1", "v2"] as const).flatMap((subset) => {
      const count = subset === "v1" ? v1 : v2;
      return [
        `envoy_cluster_upstream_rq_time_bucket{${of(subset)},le="0.5"} ${Math.floor(count / 2)}`,
        `envoy_cluster_upstream_rq_time_bucket{${of(subset)},le="1"} ${count}`,
        `envoy_cluster_upstream_rq_time_bucket{${of(subset)},le="250"} ${count}`,
        `envoy_cluster_upstream_rq_time_bucket{${of(subset)},le="+Inf"} ${count}`,
        `envoy_cluster_upstream_rq_time_sum{${of(subset)}} 2346.0996679482886975165456533432`,
      ];
    }),
  ].join("\n");
}

test("a proxy's page is read as one reading, and its requests are counted once", () => {
  const reader = new CounterReader(telemetry, edges);
  for (const [seconds, counts] of [
    [10, { v1: 900, v2: 100, failed: 0 }],
    [11, { v1: 990, v2: 110, failed: 4 }],
  ] as const) {
    const { requests, durations } = readExposition(page(counts), telemetry, seconds, { pod: "client" });
    reader.add(requests, durations);
  }
  expect(reader.slices).toEqual([
    {
      seconds: 1,
      stable: { requests: 90, bad: 0 },
      canary: { requests: 10, bad: 4 },
      latency: { stable: { requests: 90, within: [45, 90] }, canary: { requests: 10, within: [5, 10] } },
    },
  ]);
});

test("labels are read as they were written, quotes and all, and one proxy is told from another", () => {
  const text = String.raw`envoy_cluster_upstream_rq{a="x\"y\\z\n",response_code_class="2xx"} 3 1700000000`;
  expect(readExposition(text, telemetry, 5, { pod: "one" }).requests).toEqual([
    { metric: { a: 'x"y\\z\n', response_code_class: "2xx", pod: "one" }, values: [[5, "3"]] },
  ]);
});

test("what is no page of metrics gives nothing", () => {
  expect(readExposition("upstream connect error\n\n<html>", telemetry, 5, {})).toEqual({ requests: [], durations: [] });
});

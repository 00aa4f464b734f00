import { expect, test } from "@jest/globals";
import { telemetryOf } from "../../../../../canary/judge/counters/telemetry.ts";
import { edges, release } from "./scraped.ts";

test("Istio's counters are those of the callers, of one app in one namespace", () => {
  const { requests, durations, sideOf } = telemetryOf(release, [0.5, 25]);
  const matchers =
    'destination_version=~"v1|v2",reporter="source",destination_workload_namespace="shop",destination_app="echo"';
  expect(requests).toBe(`istio_requests_total{${matchers}}`);
  expect(durations).toBe(`istio_request_duration_milliseconds_bucket{${matchers},le=~"(0\\\\.5|25)([.]0)?|[+]Inf"}`);
  expect(["v1", "v2", "v10", ""].map((destination_version) => sideOf({ destination_version }))).toEqual([
    "stable",
    "canary",
    undefined,
    undefined,
  ]);
});

test("Envoy's counters are those of two subsets of a Service, each answer once", () => {
  const { requests, sideOf, isBad } = telemetryOf({ ...release, telemetry: "envoy", by: "cluster_name" }, edges);
  expect(requests).toMatch(/^envoy_cluster_upstream_rq[{]cluster_name=~".*",response_code_class!=""[}]$/);
  const cluster = (name: string) => sideOf({ cluster_name: name });
  expect(cluster("outbound|80|v1|echo.shop.svc.cluster.local")).toBe("stable");
  expect(cluster("outbound|8080|v2|echo.shop.svc.cluster.local")).toBe("canary");
  expect(cluster("outbound|80|v2|echo2.shop.svc.cluster.local")).toBeUndefined();
  expect(cluster("outbound|80|v2|echo.shopping.svc.cluster.local")).toBeUndefined();
  expect(cluster("outbound|80||echo.shop.svc.cluster.local")).toBeUndefined();
  expect(["2xx", "4xx", "5xx"].map((response_code_class) => isBad({ response_code_class }))).toEqual([
    false,
    false,
    true,
  ]);
});

test("Services of their own are named in full, pods by a pattern", () => {
  const services = { stable: "outbound|80||echo-v1.shop.svc*", canary: "outbound|80||echo-v2.shop.svc*" };
  const byService = telemetryOf({ ...release, ...services, telemetry: "envoy", by: "cluster_name" }, edges);
  expect(byService.sideOf({ cluster_name: "outbound|80||echo-v2.shop.svc.cluster.local" })).toBe("canary");
  const byPod = telemetryOf({ ...release, by: "destination_pod", stable: "echo-7d9f-*", canary: "echo-5c44-*" }, edges);
  expect(byPod.sideOf({ destination_pod: "echo-5c44-x2vzq" })).toBe("canary");
});

test("what a name holds is a name and no expression, and what fits both versions is of neither", () => {
  const { requests, sideOf } = telemetryOf({ ...release, stable: 'v1"} or up{x="', canary: "v.2" }, edges);
  expect(requests).toContain('destination_version=~"v1\\"\\\\} or up\\\\{x=\\"|v\\\\.2"');
  expect(sideOf({ destination_version: "v12" })).toBeUndefined();
  const both = telemetryOf({ ...release, stable: "v*", canary: "v2*" }, edges);
  expect(both.sideOf({ destination_version: "v2" })).toBeUndefined();
});

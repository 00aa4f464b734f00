import { expect, test } from "@jest/globals";
import type { Labels } from "../../../../../canary/judge/counters/matrix.ts";
import { podsQuery, podTelemetry } from "../../../../../canary/judge/counters/pod-telemetry.ts";
import { alignedRange, prometheusSlices } from "../../../../../canary/judge/counters/prometheus.ts";
import { series } from "./scraped.ts";

const release = { app: "echo", namespace: "shop", pods: { stable: "echo-v1-", canary: "echo-v2-" } };

const up = (pod: string, instance: string) => series({ __name__: "up", namespace: "shop", pod, instance }, [1]);

/** A counter of one pod at one caller, as Envoy 1.40 and Prometheus write it. */
const counter = (address: string, outcome: "success" | "error", readings: readonly number[], more: Labels = {}) =>
  series(
    {
      __name__: `envoy_cluster_endpoint_rq_${outcome}`,
      envoy_cluster_name: "outbound|80||echo.shop.svc.cluster.local;",
      envoy_endpoint_address: `${address}:8080`,
      namespace: "shop",
      pod: "client",
      ...more,
    },
    readings,
  );

test("asks for the counters of the Service as a whole, and for the pods of both sides alone", () => {
  const { requests } = podTelemetry(release, []);
  expect(requests).toBe(
    '{__name__=~"envoy_cluster_endpoint_rq_(success|error)",envoy_cluster_name=~"outbound\\\\|[0-9]+\\\\|\\\\|echo\\\\.shop\\\\.svc\\\\..*"}',
  );
  expect(podsQuery(release, 60)).toBe('last_over_time(up{namespace="shop",pod=~"(echo-v1-|echo-v2-).+"}[60s])');
});

test("tells the sides apart by the address that a pod was scraped at, whatever the port, IPv6 included", () => {
  const { sideOf } = podTelemetry(release, [
    up("echo-v1-6d5f-aaaaa", "10.0.0.1:15090"),
    up("echo-v2-5c44-bbbbb", "10.0.0.2:15090"),
    up("echo-v2-5c44-bbbbb", "10.0.0.2:8080"),
    up("echo-v2-5c44-ccccc", "[fd00::7]:15090"),
  ]);
  const sides = ["10.0.0.1:8080", "10.0.0.2:8080", "[fd00::7]:8080", "10.0.0.9:8080", ""].map((address) =>
    sideOf({ envoy_endpoint_address: address }),
  );
  expect(sides).toEqual(["stable", "canary", "canary", undefined, undefined]);
});

test("counts nothing of an address that a pod of each side had, and all of one that two pods of a side had", () => {
  const { sideOf } = podTelemetry(release, [
    up("echo-v1-6d5f-aaaaa", "10.0.0.1:15090"),
    up("echo-v2-5c44-bbbbb", "10.0.0.1:15090"),
    up("echo-v1-6d5f-ccccc", "10.0.0.1:15090"),
    up("echo-v1-6d5f-ddddd", "10.0.0.2:15090"),
    up("echo-v1-6d5f-eeeee", "10.0.0.2:15090"),
  ]);
  expect(sideOf({ envoy_endpoint_address: "10.0.0.1:8080" })).toBeUndefined();
  expect(sideOf({ envoy_endpoint_address: "10.0.0.2:8080" })).toBe("stable");
});

test("an answer from 500 on, and none at all, is an error of the pod that was asked; what stood there at first is history", async () => {
  const asked: string[] = [];
  const ask = async (path: string) => {
    const query = new URLSearchParams(path.slice("query_range?".length)).get("query") ?? "";
    asked.push(query);
    const result = query.includes("up{")
      ? [up("echo-v1-6d5f-aaaaa", "10.0.0.1:15090"), up("echo-v2-5c44-bbbbb", "10.0.0.2:15090")]
      : [
          counter("10.0.0.1", "success", [100, 190, 280]),
          counter("10.0.0.1", "error", [5, 5, 5]),
          counter("10.0.0.2", "success", [50, 57, 64]),
          counter("10.0.0.2", "error", [7, 10, 13]),
          counter("10.0.0.9", "error", [0, 80, 90]), // of neither side
        ];
    return { status: "success", data: { resultType: "matrix", result } };
  };
  const counted = { release, edges: [250], needsLatency: false };
  const slice = { stable: { requests: 90, bad: 0 }, canary: { requests: 10, bad: 3 }, seconds: 1 };
  expect(await prometheusSlices(ask, counted, alignedRange(0, 2, 1))).toEqual([slice, slice]);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toContain("[302s]"); // as far back as Prometheus itself looks
});

import { expect, test } from "@jest/globals";
import { telemetryOf } from "../../../../canary/judge/counters/telemetry.ts";
import { strategiesWhere, strategyNames } from "../../../../canary/strategies.ts";
import { countedRelease, recordedRelease } from "../../../../stacks/live/counted-release.ts";

const sideIn = (strategy: "istio" | "gateway-api", cluster_name: string) => {
  const release = countedRelease({ app: "echo", namespace: "shop", strategy });
  return release && telemetryOf(release, [250]).sideOf({ cluster_name });
};

test("the callers' proxies tell the sides apart by subsets, or by Services", () => {
  expect(sideIn("istio", "outbound|80|v1|echo.shop.svc.cluster.local")).toBe("stable");
  expect(sideIn("istio", "outbound|80|v2|echo.shop.svc.cluster.local")).toBe("canary");
  expect(sideIn("istio", "outbound|80|v2|echo.other.svc.cluster.local")).toBeUndefined();
  expect(sideIn("gateway-api", "outbound|80||echo-v1.shop.svc.cluster.local")).toBe("stable");
  expect(sideIn("gateway-api", "outbound|80||echo-v2.shop.svc.cluster.local")).toBe("canary");
  expect(sideIn("gateway-api", "outbound|80||echo.shop.svc.cluster.local")).toBeUndefined();
});

test("with no other strategy", () => {
  const counted = strategyNames.filter((strategy) => countedRelease({ app: "echo", namespace: "shop", strategy }));
  expect(counted).toEqual(["istio", "gateway-api"]);
});

test("Prometheus has what they count, and also the pods of two sides that share a Service", () => {
  const of = { app: "echo", namespace: "shop" };
  const recorded = strategyNames.filter((strategy) => recordedRelease({ ...of, strategy }));
  expect(recorded).toEqual(strategiesWhere(({ counted }) => counted !== "not"));
  expect(recordedRelease({ ...of, strategy: "istio" })).toEqual(countedRelease({ ...of, strategy: "istio" }));
  expect(recordedRelease({ ...of, strategy: "replica-ratio" })).toEqual({
    ...of,
    pods: { stable: "echo-v1-", canary: "echo-v2-" },
  });
});

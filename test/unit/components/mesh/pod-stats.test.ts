import { expect, test } from "@jest/globals";
import { PodStats } from "../../../../components/mesh/pod-stats.ts";
import { renderPodStats } from "../../../../components/mesh/render-pod-stats.ts";
import { register } from "../mocks.ts";

test("the sidecars of one namespace show the pods of one Service, for no other cluster of theirs and no other namespace", () => {
  const { metadata, spec } = renderPodStats({ app: "echo", namespace: "shop" });
  expect(metadata).toMatchObject({ name: "echo-pod-stats", namespace: "shop" });
  expect(spec).toEqual({
    configPatches: [
      {
        applyTo: "CLUSTER",
        match: { context: "SIDECAR_OUTBOUND", cluster: { service: "echo.shop.svc.cluster.local" } },
        patch: { operation: "MERGE", value: { track_cluster_stats: { per_endpoint_stats: true } } },
      },
    ],
  });
});

test("is one object", async () => {
  const made = await register(async () => void new PodStats("pod-stats", { app: "echo", namespace: "shop" }));
  expect([...made.values()].map(({ type, name }) => [type, name])).toEqual([
    ["canary-lab:mesh:PodStats", "pod-stats"],
    ["kubernetes:networking.istio.io/v1alpha3:EnvoyFilter", "pod-stats-envoy-filter"],
  ]);
});

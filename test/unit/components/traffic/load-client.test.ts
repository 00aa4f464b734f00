import { expect, test } from "@jest/globals";
import { renderLoadClient } from "../../../../components/traffic/render-load-client.ts";
import { register } from "../mocks.ts";

const spec = { app: "versioned-echo", namespace: "canary-lab", image: "registry/versioned-echo@sha256:1" };

test("the client is not an endpoint of the application", () => {
  expect(renderLoadClient(spec).template.labels).toEqual({ app: "versioned-echo-client" });
});

test("the client's sidecar counts what it sends, per subset", () => {
  const config = renderLoadClient(spec).template.annotations?.["proxy.istio.io/config"] ?? "";
  const [pattern = ""] = JSON.parse(config).proxyStatsMatcher.inclusionRegexps;
  const statistic = "cluster.outbound|80|v2|versioned-echo.canary-lab.svc.cluster.local.upstream_rq_time";
  expect(statistic).toMatch(new RegExp(`^${pattern}$`));
});

test("LoadClient idles until somebody measures", async () => {
  const all = await register(async () => {
    const { LoadClient } = await import("../../../../components/traffic/load-client.ts");
    new LoadClient("client", spec);
  });
  const { metadata, spec: deployment } = all.get("client-deployment")?.inputs ?? {};
  expect(metadata).toMatchObject({ name: "versioned-echo-client", namespace: "canary-lab" });
  expect(deployment.selector.matchLabels).toEqual(deployment.template.metadata.labels);
  expect(deployment.template.spec.containers).toEqual([
    expect.objectContaining({ name: "client", image: spec.image, command: ["node", "/app/load.mjs", "--wait"] }),
  ]);
});

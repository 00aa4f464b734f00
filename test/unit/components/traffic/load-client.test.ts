import { expect, test } from "@jest/globals";
import { renderLoadClient } from "../../../../components/traffic/render-load-client.ts";
import { register } from "../mocks.ts";

const spec = { app: "versioned-echo", namespace: "canary-lab", image: "registry/versioned-echo@sha256:1" };

test("the client is not an endpoint of the application", () => {
  expect(renderLoadClient(spec).podLabels).toEqual({ app: "versioned-echo-client" });
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

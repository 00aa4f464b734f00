import { expect, test } from "@jest/globals";
import { renderArgoCd } from "../../../../components/argo/render-argo-cd.ts";
import { register } from "../mocks.ts";

const spec = {
  version: "10.1.1",
  source: { mirror: "/charts" },
  extensionVersion: "v0.3.7",
  installerVersion: "v1.1.0",
};

test("Argo CD's server fetches the Rollouts extension of the pinned version", () => {
  const { values, ...release } = renderArgoCd(spec);
  expect(release).toEqual({ name: "argocd", namespace: "argocd", chart: "/charts/argo-cd-10.1.1", timeout: 300 });
  expect(values.server.extensions.image.tag).toBe("v1.1.0");
  expect(values.server.extensions.extensionList).toEqual([
    {
      name: "rollout-extension",
      env: [
        {
          name: "EXTENSION_URL",
          value: "https://github.com/argoproj-labs/rollout-extension/releases/download/v0.3.7/extension.tar",
        },
        { name: "EXTENSIONS_DIR", value: "/tmp/extensions" },
      ],
    },
  ]);
});

test("ArgoCd has a namespace of its own", async () => {
  const all = await register(async () => {
    const { ArgoCd } = await import("../../../../components/argo/argo-cd.ts");
    new ArgoCd("argo-cd", spec);
  });
  expect(all.get("argo-cd-namespace")?.inputs.metadata.name).toBe("argocd");
  expect(all.get("argo-cd-release")?.dependencies).toEqual(["argo-cd-namespace"]);
});

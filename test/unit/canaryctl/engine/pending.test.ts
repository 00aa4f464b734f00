import { expect, test } from "@jest/globals";
import { objectOf, providerId, releaseOf, settled } from "../../../../canaryctl/src/engine/pending.ts";

const resource = (type: string, inputs: Readonly<Record<string, unknown>>) => ({
  urn: `urn::${type}::x`,
  type,
  inputs,
});
const deployment = resource("kubernetes:apps/v1:Deployment", {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a", namespace: "n" },
});
const release = resource("kubernetes:helm.sh/v3:Release", { name: "istiod", namespace: "istio-system", chart: "x" });
const image = resource("docker:index/image:Image", { imageName: "x" });

test("names the object or the release that a create was making", () => {
  expect(objectOf(deployment)).toEqual({ apiVersion: "apps/v1", kind: "Deployment", name: "a", namespace: "n" });
  expect(releaseOf(release)).toEqual({ name: "istiod", namespace: "istio-system" });
  expect(objectOf(release)).toBeUndefined();
  expect(objectOf(image)).toBeUndefined();
  expect(releaseOf(deployment)).toBeUndefined();
});

test("writes ids as the Kubernetes provider does", () => {
  expect(providerId({ name: "a", namespace: "n" })).toBe("n/a");
  expect(providerId({ name: "a" })).toBe("a");
});

test("a settled state has the resources that came about, in their place, and nothing open", () => {
  const before = resource("pulumi:pulumi:Stack", {});
  const state = {
    version: 3,
    deployment: {
      manifest: { version: "3.250.0" },
      resources: [before],
      pending_operations: [
        { type: "creating", resource: deployment },
        { type: "creating", resource: release },
        { type: "updating", resource: before },
      ],
    },
  };
  expect(settled(state, new Map([[deployment.urn, "n/a"]]))).toEqual({
    version: 3,
    deployment: { manifest: { version: "3.250.0" }, resources: [before, { ...deployment, id: "n/a", outputs: {} }] },
  });
});

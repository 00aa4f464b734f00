import { expect, test } from "@jest/globals";
import { objectOf, pendingOperations, providerId, releaseOf } from "../../../../canaryctl/src/engine/pending.ts";

const create = (type: string, inputs: object) => ({
  type: "creating",
  resource: { urn: `urn::${type}::x`, type, inputs },
});
const [deployment, release, image] = pendingOperations({
  pending_operations: [
    create("kubernetes:apps/v1:Deployment", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "a", namespace: "n" },
    }),
    create("kubernetes:helm.sh/v3:Release", { name: "istiod", namespace: "istio-system", chart: "x" }),
    create("docker:index/image:Image", { imageName: "x" }),
  ],
});
if (!deployment || !release || !image) throw new Error("three operations");

test("finds open operations in the backend's file and in an export alike, and none in no state", () => {
  const operations = [create("a:b:C", {})];
  expect(pendingOperations({ pending_operations: operations })).toHaveLength(1);
  expect(pendingOperations({ version: 3, deployment: { pending_operations: operations } })).toHaveLength(1);
  expect(pendingOperations({ resources: [] })).toEqual([]);
  expect(pendingOperations(undefined)).toEqual([]);
});

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

import { describe, expect, test } from "@jest/globals";
import { manifestsOf, typeOf, withSecrets } from "../../e2e/support/manifests.ts";
import { withTemplates } from "../../e2e/support/validators.ts";
import { variations } from "../../e2e/support/variations.ts";

test.each([
  ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
  ["kubernetes:core/v1:Service", "v1", "Service"],
  ["kubernetes:argoproj.io/v1alpha1:Rollout", "argoproj.io/v1alpha1", "Rollout"],
])("typeOf reads %s", (token, apiVersion, kind) => expect(typeOf(token)).toEqual({ apiVersion, kind }));

test("withSecrets lays open what the engine wrapped, at any depth", () => {
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: { password: "x" } };
  expect(withSecrets({ data: secret, list: [secret, 1] })).toEqual({
    data: { password: "x" },
    list: [{ password: "x" }, 1],
  });
});

test("withTemplates puts in what a workloadRef means, and changes nothing else", () => {
  const metadata = { name: "echo", namespace: "x" };
  const deployment = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template: "t", selector: "s" } };
  const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata };
  const workloadRef = { kind: "Deployment", name: "echo" };
  expect(withTemplates([deployment, { ...rollout, spec: { replicas: 2, workloadRef } } as typeof rollout])).toEqual([
    deployment,
    { ...rollout, spec: { replicas: 2, template: "t", selector: "s" } },
  ]);
});

describe("every way to release", () => {
  test.each(Object.keys(variations))(
    "%s has its objects in the namespace that is asked for, and no chart",
    async (strategy) => {
      const manifests = await manifestsOf({ strategy, namespace: "elsewhere" });
      const inside = manifests.filter(({ metadata }) => metadata.namespace === "elsewhere").map(({ kind }) => kind);
      expect(inside).toEqual(expect.arrayContaining(["Service", "PodDisruptionBudget"]));
      expect(manifests.map(({ kind }) => kind)).not.toContain("Release");
      for (const { apiVersion, kind, metadata } of manifests) {
        expect([apiVersion, kind, metadata.name]).not.toContain("");
        expect(metadata.name).toBeDefined();
      }
    },
  );
});

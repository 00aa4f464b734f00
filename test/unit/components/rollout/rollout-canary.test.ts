import { describe, expect, test } from "@jest/globals";
import { presetPlan } from "../../../../canary/plan/presets.ts";
import type { ReferredPods } from "../../../../components/rollout/rollout-types.ts";
import { register } from "../mocks.ts";

const build = (workloadRef?: ReferredPods["workloadRef"]) =>
  register(async () => {
    const { RolloutCanary } = await import("../../../../components/rollout/rollout-canary.ts");
    new RolloutCanary("release", {
      app: "versioned-echo",
      namespace: "canary-lab",
      reference: "versioned-echo:v2",
      replicas: 2,
      image: "echo@sha256:1",
      workloadRef,
      plan: presetPlan("10-30-60"),
      headerRoute: false,
      mirrorPercent: 0,
      experiment: false,
      abortScaleDownDelaySeconds: 30,
    });
  });

describe("RolloutCanary", () => {
  test("has the two Services before the Rollout, which is invalid without them", async () => {
    const all = await build();
    expect(all.get("release-rollout")?.type).toBe("kubernetes:argoproj.io/v1alpha1:Rollout");
    for (const role of ["stable", "canary"]) {
      const service = all.get(`release-${role}-service`)?.inputs;
      expect(service.metadata).toMatchObject({
        name: `versioned-echo-${role}`,
        annotations: { "pulumi.com/skipAwait": "true" },
      });
      expect(service.spec.selector).toEqual({ app: "versioned-echo" });
    }
  });

  test("selects its template by the application, and never by a version, which would change", async () => {
    const { metadata, spec } = (await build()).get("release-rollout")?.inputs ?? {};
    expect(spec.selector).toEqual({ matchLabels: { app: "versioned-echo" } });
    expect(spec.template.metadata.labels).toEqual({ app: "versioned-echo", version: "v2" });
    expect(spec.template.spec.containers).toMatchObject([{ name: "echo", image: "echo@sha256:1" }]);
    expect(spec).not.toHaveProperty("workloadRef");
    expect(metadata.annotations["pulumi.com/skipAwait"]).toBe("true");
    expect(JSON.stringify(spec)).not.toContain("[]");
  });

  test("in a migration has the Deployment's pods, and no template or selector of its own", async () => {
    const workloadRef = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "versioned-echo",
      scaleDown: "progressively",
    } as const;
    const { spec } = (await build(workloadRef)).get("release-rollout")?.inputs ?? {};
    expect(spec.workloadRef).toEqual(workloadRef);
    expect(spec).not.toHaveProperty("template");
    expect(spec).not.toHaveProperty("selector");
  });

  test("has a disruption budget over all revisions", async () => {
    const budget = (await build()).get("release-disruption-budget")?.inputs;
    expect(budget.spec.selector.matchLabels).toEqual({ app: "versioned-echo" });
  });
});

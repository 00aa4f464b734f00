import { describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { register } from "../../components/mocks.ts";
import { sampleConfig, sampleFacts, sampleTarget } from "../sample-config.ts";

const built = { outputs: { "docker:index/image:Image": { repoDigest: "198.18.0.1:5001/versioned-echo@sha256:abc" } } };
const program = (change: Partial<LabConfig> = {}) =>
  register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    const config = { ...sampleConfig, strategy: "rollout-canary", ...change } as const;
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
  }, built);
const rolloutOf = async (change: Partial<LabConfig>) => (await program(change)).get("release-rollout")?.inputs.spec;

describe("strategy rollout-canary", () => {
  test("finishes a release without a new revision: the image says what its pods are, not the side", async () => {
    const [before, during, after] = [
      await rolloutOf({ canaryEnabled: false }),
      await rolloutOf({ canaryEnabled: true }),
      await rolloutOf({ canaryEnabled: false, stableImage: "versioned-echo:v2" }),
    ];
    expect(before.template.metadata.labels).toEqual({ app: "versioned-echo", version: "v1" });
    expect(during.template.metadata.labels).toEqual({ app: "versioned-echo", version: "v2" });
    expect(after.template).toEqual(during.template);
    expect(after.selector).toEqual(before.selector);
  });

  test("begins with all requests on the stable side, whatever canaryWeight says", async () => {
    const all = await program({ canaryWeight: toWeight(30) });
    const { http } = all.get("route-virtual-service")?.inputs.spec ?? {};
    const route = [
      { destination: { host: "versioned-echo", subset: "v1" }, weight: 100 },
      { destination: { host: "versioned-echo", subset: "v2" }, weight: 0 },
    ];
    // No rule for the header: the controller would leave it as it is, and it would keep these users on the stable side.
    expect(http).toMatchObject([{ name: "weighted", route }]);
    expect(http[0]).not.toHaveProperty("match");
    const { subsets } = all.get("route-destination-rule")?.inputs.spec ?? {};
    expect(subsets).toEqual(["v1", "v2"].map((name) => ({ name, labels: { app: "versioned-echo" } })));
  });

  test("gives who sends the header the canary, unless it is told not to", async () => {
    const canary = async (change: Partial<LabConfig>) => (await rolloutOf(change)).strategy.canary;
    expect((await canary({})).trafficRouting.managedRoutes).toEqual([{ name: "canary-header" }]);
    const rolloutCanary = { ...sampleConfig.rolloutCanary, headerRoute: false };
    expect((await canary({ rolloutCanary })).trafficRouting).not.toHaveProperty("managedRoutes");
  });

  test("analyses what callers see of the canary, only where it is asked to", async () => {
    const args = [
      { name: "host", value: "versioned-echo" },
      { name: "subset", value: "v2" },
    ];
    const off = (await rolloutOf({ monitoring: true })).strategy.canary;
    expect(JSON.stringify(off)).not.toContain("analysis");
    const both = (await rolloutOf({ monitoring: true, analysis: "both" })).strategy.canary;
    expect(both.analysis.args).toEqual(expect.arrayContaining(args));
    const [step] = both.steps.filter((each: object) => "analysis" in each);
    expect(step.analysis.args).toEqual(expect.arrayContaining(args));
  });
});

describe("a migration", () => {
  const migration = { scaleDown: "onsuccess" } as const;

  test("keeps the Deployment of a rolling update, and only notes who owns its pods now", async () => {
    const [live, migrating] = [
      (await program({ strategy: "rolling-update", canaryEnabled: false })).get("rolling-deployment"),
      (await program({ migration, canaryEnabled: false })).get("rolling-deployment"),
    ];
    expect(migrating?.parent).toBe(live?.parent);
    expect(migrating?.inputs.spec).toEqual(live?.inputs.spec);
    const owner = (of: typeof live) => of?.inputs.metadata.annotations["canary-lab/replicas-owner"];
    expect([owner(live), owner(migrating)]).toEqual(["pulumi", "rollout-controller"]);
  });

  test("refers to that Deployment", async () => {
    const spec = await rolloutOf({ migration });
    expect(spec.workloadRef).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "versioned-echo",
      scaleDown: "onsuccess",
    });
    expect(spec).not.toHaveProperty("template");
  });
});

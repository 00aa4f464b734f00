import { describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import type { MonitoringFacts, PlatformFacts } from "../../../../stacks/platform-facts.ts";
import { register } from "../../components/mocks.ts";
import { sampleConfig, sampleFacts, sampleTarget } from "../sample-config.ts";

const built = { outputs: { "docker:index/image:Image": { repoDigest: "198.18.0.1:5001/versioned-echo@sha256:abc" } } };
const program = (change: Partial<LabConfig> = {}, facts?: PlatformFacts) =>
  register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    const config = { ...sampleConfig, strategy: "rollout-canary", ...change } as const;
    createApplication(config, createPlatform(config, sampleTarget, facts ?? sampleFacts(config)));
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

  test("analyses nothing where it is not asked to, and has no judge then", async () => {
    const all = await program({ monitoring: true });
    expect(JSON.stringify(all.get("release-rollout")?.inputs)).not.toContain("analysis");
    expect([...all.keys()].filter((name) => name.startsWith("judge"))).toEqual([]);
  });

  test.each([
    ["judge", "versioned-echo-slo-judge", { stable: "v1", canary: "v2" }],
    ["objective", "versioned-echo-slo-caller", { host: "versioned-echo", subset: "v2" }],
  ] as const)("asks what is there: analysisBy %s", async (analysisBy, templateName, subject) => {
    const all = await program({ monitoring: true, analysis: "both", analysisBy });
    const { strategy } = all.get("release-rollout")?.inputs.spec ?? {};
    const args = Object.entries(subject).map(([name, value]) => ({ name, value }));
    const asked = { templates: [{ templateName }], args: expect.arrayContaining(args) };
    const [step] = strategy.canary.steps.filter((each: object) => "analysis" in each);
    for (const { analysis } of [strategy.canary, step]) expect(analysis).toMatchObject(asked);
    const templates = [...all.values()].filter(({ inputs }) => inputs.kind === "AnalysisTemplate");
    expect(templates.map(({ inputs }) => inputs.metadata.name)).toContain(templateName);
    expect(all.has("judge-deployment")).toBe(analysisBy === "judge");
  });

  test("has a judge of its own on a platform that it does not own, and asks that one's Prometheus", async () => {
    const facts = sampleFacts({ ...sampleConfig, monitoring: true, rollouts: "cluster" });
    const monitoring = {
      ...facts.monitoring,
      namespace: "observability",
      service: "prom",
      port: 80,
    } as MonitoringFacts;
    const all = await program(
      { monitoring: true, analysis: "step", platform: "existing" },
      { ...facts, owner: "existing", monitoring },
    );
    const { metadata, spec } = all.get("judge-deployment")?.inputs ?? {};
    expect(metadata.namespace).toBe("canary-lab");
    expect(spec.template.spec.containers[0].env).toContainEqual({
      name: "PROMETHEUS_URL",
      value: "http://prom.observability.svc.cluster.local:80",
    });
    expect(all.get("judge-image-build")?.inputs.build.context).toBe("apps/judge");
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

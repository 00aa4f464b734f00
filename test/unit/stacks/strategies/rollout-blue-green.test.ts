import { describe, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { register } from "../../components/mocks.ts";
import { sampleConfig, sampleFacts, sampleTarget } from "../sample-config.ts";

const built = { outputs: { "docker:index/image:Image": { repoDigest: "198.18.0.1:5001/versioned-echo@sha256:abc" } } };
const program = (change: Partial<LabConfig> = {}) =>
  register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    const config = { ...sampleConfig, strategy: "rollout-blue-green", ...change } as const;
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
  }, built);

const rolloutOf = async (change: Partial<LabConfig>) => (await program(change)).get("blue-green-rollout")?.inputs.spec;

describe("strategy rollout-blue-green", () => {
  test("runs one workload, labelled by its image and not by its place in a release", async () => {
    const labels = (spec: Awaited<ReturnType<typeof rolloutOf>>) => spec.template.metadata.labels;
    const [before, during, after] = [
      await rolloutOf({ canaryEnabled: false }),
      await rolloutOf({ canaryEnabled: true }),
      await rolloutOf({ canaryEnabled: false, stableImage: "versioned-echo:v2" }),
    ];
    expect(labels(before)).toEqual({ app: "versioned-echo", version: "v1" });
    expect(labels(during)).toEqual({ app: "versioned-echo", version: "v2" });
    // Writing a finished release to the config makes no new revision.
    expect(after.template).toEqual(during.template);
  });

  test("keeps what the strategies share, so that a switch loses no name that a route leads to", async () => {
    const all = await program({ canaryEnabled: false });
    const istio = await program({ canaryEnabled: false, strategy: "istio" });
    for (const shared of ["echo-service", "route-virtual-service", "route-gateway", "route-destination-rule"]) {
      expect(all.get(shared)?.parent).toBe(istio.get(shared)?.parent);
      expect(all.get(shared)?.inputs.metadata.name).toBe(istio.get(shared)?.inputs.metadata.name);
    }
    expect(all.get("echo-service")?.inputs.spec.selector).toEqual({ app: "versioned-echo", role: "active" });
  });

  test("analyses each colour by what its own callers see, and only where it is asked to", async () => {
    const args = (reference: { readonly args: readonly object[] } | undefined) => reference?.args;
    const plain = (await rolloutOf({})).strategy.blueGreen;
    expect([plain.prePromotionAnalysis, plain.postPromotionAnalysis]).toEqual([undefined, undefined]);
    const blueGreen = { ...sampleConfig.blueGreen, prePromotionAnalysis: true, postPromotionAnalysis: true };
    const analysed = (await rolloutOf({ blueGreen, monitoring: true })).strategy.blueGreen;
    expect(args(analysed.prePromotionAnalysis)).toContainEqual({ name: "host", value: "versioned-echo-preview" });
    expect(args(analysed.postPromotionAnalysis)).toContainEqual({ name: "host", value: "versioned-echo-active" });
  });
});

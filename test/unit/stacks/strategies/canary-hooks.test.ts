import { expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import type { StrategyName } from "../../../../canary/strategies.ts";
import { register } from "../../components/mocks.ts";
import { sampleConfig, sampleFacts, sampleTarget } from "../sample-config.ts";

const built = { outputs: { "docker:index/image:Image": { repoDigest: "198.18.0.1:5001/versioned-echo@sha256:abc" } } };

/** The names of the resources that have the hooks by which a canary is refused. Under mocks none can be registered: they are taken off. */
async function hooked(strategy: StrategyName, migration?: typeof sampleConfig.migration): Promise<readonly string[]> {
  const names: string[] = [];
  const hook = {} as pulumi.ResourceHook;
  const program = async () => {
    pulumi.runtime.registerStackTransformation(({ name, props, opts: { hooks, ...opts } }) => {
      const isOn = ([] as unknown[]).concat(hooks?.beforeCreate, hooks?.beforeUpdate).filter((one) => one === hook);
      if (isOn.length === 2) names.push(name);
      return { props, opts };
    });
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    const config = { ...sampleConfig, strategy, canaryEnabled: true, ...(migration && { migration }) };
    const canaryHooks = { beforeCreate: [hook], beforeUpdate: [hook] };
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)), { canaryHooks });
  };
  await register(() => pulumi.runtime.runInPulumiStack(program), built);
  return names;
}

test.each<[StrategyName, string]>([
  ["nginx-header", "ingress-canary"],
  ["rolling-update", "rolling-deployment"],
  ["rollout-canary", "release-rollout"],
  ["rollout-blue-green", "blue-green-rollout"],
])("under %s a canary is brought by one resource, which asks whether it was taken back", async (strategy, name) => {
  expect(await hooked(strategy)).toEqual([name]);
});

test("in a migration the Deployment brings the revision, and asks too", async () => {
  expect(await hooked("rollout-canary", { scaleDown: "onsuccess" } as typeof sampleConfig.migration)).toEqual(
    expect.arrayContaining(["rolling-deployment", "release-rollout"]),
  );
});

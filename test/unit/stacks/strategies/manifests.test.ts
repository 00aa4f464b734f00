import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import { canonicalJson } from "../../../../components/workload/render-application.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { register } from "../../components/mocks.ts";
import { defaults, sampleFacts, sampleTarget, worldVariables } from "../sample-config.ts";

/** The objects that a stack of this config makes for its application, by name, each as a digest: whole they would be a long file. */
async function manifestsOf(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, string>>> {
  const config = parseConfig({ ...defaults, ...change }, worldVariables);
  const all = await register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
  });
  const own = [...all.values()].filter(({ inputs }) => inputs.metadata?.namespace === config.namespace);
  const digest = (inputs: unknown) => createHash("sha256").update(canonicalJson(inputs)).digest("hex").slice(0, 16);
  return Object.fromEntries(own.map(({ name, inputs }) => [name, digest(inputs)]));
}

/** A lab that is up must not get other pods by an update of the program that changes nothing for it. */
describe("what a config without `service` renders stays as it is", () => {
  test.each(strategyNames)("with strategy %s", async (strategy) => {
    expect(await manifestsOf({ strategy })).toMatchSnapshot();
    expect(await manifestsOf({ strategy, monitoring: true, imagePullSecret: "regcred" })).toMatchSnapshot();
  });

  test("in a migration", async () => {
    const change = { strategy: "rollout-canary", migration: { scaleDown: "never" }, monitoring: true };
    expect(await manifestsOf({ ...change, analysis: "both", analysisBy: "objective" })).toMatchSnapshot();
  });
});

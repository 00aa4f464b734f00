import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { inLab, repositoryRoot } from "../../cluster/lab-folder.ts";
import type { RawConfig } from "../../stacks/config/parse-config.ts";
import { type SpecSchemas, schemasIn } from "../crds/definitions.ts";
import { describePart } from "./support/describe-part.ts";
import { fullStack } from "./support/full-stack.ts";
import { kubectl } from "./support/lab.ts";
import { type Manifest, manifestsOf } from "./support/manifests.ts";
import { randomConfigs } from "./support/random-configs.ts";
import { note } from "./support/rollout.ts";
import { withStrategy } from "./support/strategy.ts";
import { makeScratch, removeScratch, scratchNamespaces, type Tried, tryVariations } from "./support/try-variations.ts";
import { controllerFaults, istioFindings, rolloutFaults, serverFaults } from "./support/validators.ts";
import { variations } from "./support/variations.ts";

describePart("manifests", () => {
  // Every definition that a strategy needs is in the cluster: those of the Gateway API, of Rollouts and of the monitoring.
  withStrategy({ strategy: "gateway-api", ...fullStack });

  const [scratch = ""] = scratchNamespaces;

  /** Enough for each key to have some values, and for each strategy to be there. */
  const randomDocuments = 40;

  let tried: readonly Tried[] = [];

  beforeAll(async () => {
    await makeScratch();
    tried = await tryVariations();
  }, 300_000);

  afterAll(removeScratch, 60_000);

  describe.each(Object.entries(variations))("strategy %s", (strategy, stacks) => {
    test.each(Object.keys(stacks))("%s: the API server, Istio and Rollouts have nothing against it", (title) => {
      const found = tried.find((each) => each.strategy === strategy && each.title === title);
      expect(found?.manifests.length).toBeGreaterThan(5);
      expect(found?.faults).toEqual({ server: [], istio: [], lint: [], controller: [] });
    });
  });

  test("what the config lets through, the API server takes: documents at random", async () => {
    const seed = Date.now();
    note(`seed ${seed}`);
    const refused: { readonly values: RawConfig; readonly faults: readonly string[] }[] = [];
    const stacks: { readonly values: RawConfig; readonly manifests: readonly Manifest[] }[] = [];
    for (const values of randomConfigs(randomDocuments, seed, scratch))
      stacks.push({ values, manifests: await manifestsOf(values) });
    expect(stacks).toHaveLength(randomDocuments);
    if ((await serverFaults(stacks.flatMap(({ manifests }) => manifests))).length > 0)
      for (const { values, manifests } of stacks) {
        const faults = await serverFaults(manifests);
        if (faults.length > 0) refused.push({ values, faults });
      }
    expect(refused).toEqual([]);
  }, 300_000);

  test("the definitions that unit tests hold custom resources to are those of the charts: else npm run generate:crds", () => {
    const known: SpecSchemas = JSON.parse(readFileSync(join(repositoryRoot, "test/crds/definitions.json"), "utf8"));
    expect(schemasIn(inLab("charts"))).toEqual(known);
  });

  // A check that cannot fail proves nothing.
  describe("the checks themselves", () => {
    const edited = async (strategy: string, change: (text: string) => string): Promise<readonly Manifest[]> =>
      JSON.parse(change(JSON.stringify(await manifestsOf({ strategy, namespace: scratch }))));

    test("see a misspelt field", async () => {
      const manifests = await edited("rollout-blue-green", (text) =>
        text.replace('"autoPromotionEnabled"', '"autoPromotionEnables"'),
      );
      expect((await serverFaults(manifests)).join("\n")).toMatch(/autoPromotionEnables: field not declared in schema/);
    });

    test("see a route to a host that is not there", async () => {
      const manifests = await edited("istio", (text) => text.replaceAll('"host":"versioned-echo"', '"host":"nowhere"'));
      expect((await istioFindings(scratch, manifests)).join("\n")).toMatch(/IST0101.*nowhere/);
    });

    test("see an analysis that is not there", async () => {
      const manifests = await manifestsOf({
        strategy: "rollout-canary",
        analysis: "step",
        monitoring: true,
        namespace: scratch,
      });
      const bare = manifests.filter(({ kind }) => kind !== "AnalysisTemplate");
      await kubectl("delete", "analysistemplates", "--all", "-n", scratch);
      expect((await controllerFaults(bare)).join("\n")).toMatch(/AnalysisTemplate.*not found/);
    });

    test("see a step that is no weight", async () => {
      const manifests = await edited("rollout-canary", (text) => text.replace('"setWeight":10', '"setWeight":130'));
      expect((await rolloutFaults(manifests)).join("\n")).toMatch(/setWeight.*130/i);
    });
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { fromJSONSchema } from "zod";
import { ingressLabels } from "../../../components/names.ts";
import { renderPageRoute } from "../../../components/traffic/render-page-route.ts";
import type { SpecSchemas } from "../../crds/definitions.ts";
import { type Manifest, manifestsOf } from "../../e2e/support/manifests.ts";
import { variations } from "../../e2e/support/variations.ts";

const schemas: SpecSchemas = JSON.parse(readFileSync(join(import.meta.dirname, "../../crds/definitions.json"), "utf8"));
const checks = new Map(Object.entries(schemas).map(([kind, schema]) => [kind, fromJSONSchema(schema)]));

/** What a definition has against the specs of custom resources, and how many of them it looked at. */
function judge(manifests: readonly Manifest[]) {
  const custom = manifests.filter(({ apiVersion }) =>
    /^(argoproj|gateway|monitoring|networking\.istio|security\.istio)/.test(apiVersion),
  );
  const faults = custom.flatMap(({ apiVersion, kind, metadata, ...rest }) => {
    const check = checks.get(`${apiVersion} ${kind}`);
    if (!check) return [`${apiVersion} ${kind} is not among the definitions`];
    // What is not set is not sent.
    const { spec } = JSON.parse(JSON.stringify(rest)) as { readonly spec?: unknown };
    const issues = check.safeParse(spec).error?.issues ?? [];
    return issues.map(({ path, message }) => `${kind} ${metadata.name}: ${path.join(".")}: ${message}`);
  });
  return { count: custom.length, faults };
}

describe("the definitions of custom resources", () => {
  test.each(
    (["istio", "gateway-api", "rollout-canary", "rollout-blue-green"] as const).flatMap((strategy) =>
      Object.entries(variations[strategy]).map(([title, values]) => [strategy, title, values] as const),
    ),
  )("take %s, %s", async (strategy, _title, values) => {
    const { count, faults } = judge(await manifestsOf({ strategy, ...values }));
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(0);
  });

  test("take what leads a gateway to the live page", () => {
    const server = { address: "198.18.0.1", port: 41234 };
    const page = { app: "versioned-echo", namespace: "canary-lab", ingressLabels, server };
    expect(judge(renderPageRoute(page) as readonly object[] as readonly Manifest[])).toEqual({ count: 2, faults: [] });
  });

  test.each([
    ["rollout-blue-green", '"autoPromotionEnabled"', '"autoPromotionEnables"', /autoPromotionEnables/],
    ["rollout-canary", '"setWeight":10', '"setWeights":10', /setWeights/],
    ["istio", '"subset":"v2"', '"subsett":"v2"', /subsett/],
    ["istio", '"weight":90', '"weight":"90"', /weight/],
    ["gateway-api", '"backendRefs"', '"backendReefs"', /backendReefs/],
  ])("%s: see %s as %s", async (strategy, right, wrong, fault) => {
    const manifests = JSON.parse(JSON.stringify(await manifestsOf({ strategy })).replace(right, wrong));
    expect(judge(manifests).faults.join("\n")).toMatch(fault);
  });
});

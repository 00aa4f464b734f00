import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type AddOn, addOnNames } from "../../../src/add-ons.ts";
import { moduleFolder } from "../../../src/toolchain/go/go-build.ts";
import { namesInBin, type Recipe } from "../../../src/toolchain/recipes/recipe.ts";
import { recipes, recipesFor } from "../../../src/toolchain/recipes/recipes.ts";
import { pinned } from "../../../src/toolchain/recipes/versions.ts";

const goMod = (recipe: { readonly name: string; readonly folder?: string }) =>
  readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8");

describe("recipes", () => {
  test.each([
    ["kubernetes", "k8s.io/kubernetes", pinned.kubernetes],
    ["kubernetes", "go.etcd.io/etcd/server/v3", pinned.etcd],
    ["helm", "helm.sh/helm/v3", pinned.helm],
    ["coredns", "github.com/coredns/coredns", pinned.coredns],
    ["istio", "sigs.k8s.io/gateway-api", pinned.gatewayApi],
    ["rollouts", "github.com/argoproj/argo-rollouts", pinned.rollouts],
    ["prometheus", "github.com/prometheus/prometheus", pinned.prometheus.replace(/^3\./, "0.3")],
    ["prometheus-operator", "github.com/prometheus-operator/prometheus-operator", pinned.prometheusOperator],
    ["crane", "github.com/google/go-containerregistry", pinned.crane],
  ])("%s pins %s in the version that the lab says it has", (name, module, version) => {
    expect(goMod(recipes.find((recipe) => recipe.name === name) ?? { name })).toMatch(
      new RegExp(`^(?:require|\\t)\\s*${module.replaceAll(".", "\\.")} v${version}(?: // indirect)?$`, "m"),
    );
  });

  test("every recipe has a module, and its sums unless it needs no other module", () => {
    for (const recipe of recipes) {
      const needsOthers = /^require/m.test(goMod(recipe));
      expect([recipe.name, existsSync(join(moduleFolder(recipe), "go.sum"))]).toEqual([recipe.name, needsOthers]);
    }
  });

  test("a package that is built is a tool of the module, or lies beside it", () => {
    for (const recipe of recipes) {
      for (const program of recipe.programs) {
        if (program.package.startsWith("."))
          expect(existsSync(join(moduleFolder(recipe), program.package, "main.go"))).toBe(true);
        else expect(goMod(recipe)).toMatch(new RegExp(`^(?:tool |\\t)${program.package.replaceAll(".", "\\.")}$`, "m"));
      }
    }
  });

  test("what an add-on needs is made only for it", () => {
    const names = (...addOns: readonly AddOn[]) => recipesFor(addOns).map(({ name }) => name);
    const plain = names();
    expect(plain).toEqual(["kubernetes", "coredns", "pause"]);
    const added = Object.fromEntries(
      addOnNames.map((addOn) => [addOn, names(addOn).filter((n) => !plain.includes(n))]),
    );
    expect(added).toEqual({
      istio: ["istio"],
      "istio-cni": ["istio-cni"],
      "gateway-api": ["istio"],
      monitoring: ["prometheus", "prometheus-operator"],
      rollouts: ["rollouts"],
      "node-image": [],
      helm: ["helm"],
      istioctl: ["istioctl"],
      crane: ["crane"],
    });
  });

  test("of a recipe's programs those that are called by name are on PATH", () => {
    const inBin = (wanted: string) => namesInBin(recipes.find(({ name }) => name === wanted) as Recipe);
    expect(inBin("rollouts")).toEqual(["kubectl-argo-rollouts"]);
    expect(inBin("prometheus")).toEqual(["promtool"]);
    expect(inBin("kubernetes")).toContain("kubectl");
    expect(inBin("istio")).toEqual([]);
  });

  test("names are unique, for they name folders and stages", () => {
    expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
  });

  test.each([
    ["the plain cluster", [], 16],
    ["the cluster with all add-ons", addOnNames, 20],
  ] as const)("%s needs less disk while building than it may take", (_, parts, gigabytes) => {
    const sum = recipesFor(parts).reduce((total, recipe) => total + recipe.gigabytes, 0);
    expect(sum).toBeLessThanOrEqual(gigabytes);
  });
});

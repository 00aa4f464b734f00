import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { moduleFolder } from "../../../../../cluster/embedded/toolchain/go-build.ts";
import { recipes } from "../../../../../cluster/embedded/toolchain/recipes.ts";
import { pinned } from "../../../../../cluster/embedded/toolchain/versions.ts";

const goMod = (name: string) => readFileSync(join(moduleFolder({ name }), "go.mod"), "utf8");

describe("recipes", () => {
  test.each([
    ["pulumi", "github.com/pulumi/pulumi/pkg/v3", pinned.pulumi],
    ["kubernetes", "k8s.io/kubernetes", pinned.kubernetes],
    ["kubernetes", "go.etcd.io/etcd/server/v3", pinned.etcd],
    ["helm", "helm.sh/helm/v3", pinned.helm],
    ["coredns", "github.com/coredns/coredns", pinned.coredns],
    ["registry", "github.com/distribution/distribution/v3", pinned.registry],
  ])("%s pins %s in the version that the lab says it has", (name, module, version) => {
    expect(goMod(name)).toMatch(
      new RegExp(`^(?:require|\\t)\\s*${module.replaceAll(".", "\\.")} v${version}(?: // indirect)?$`, "m"),
    );
  });

  test("every recipe has a module, and its sums unless it needs no other module", () => {
    for (const { name } of recipes) {
      const needsOthers = /^require/m.test(goMod(name));
      expect([name, existsSync(join(moduleFolder({ name }), "go.sum"))]).toEqual([name, needsOthers]);
    }
  });

  test("a package that is built is a tool of the module, or lies beside it", () => {
    for (const { name, programs } of recipes) {
      for (const program of programs) {
        if (program.package === ".") expect(existsSync(join(moduleFolder({ name }), "main.go"))).toBe(true);
        else expect(goMod(name)).toMatch(new RegExp(`^(?:tool |\\t)${program.package.replaceAll(".", "\\.")}$`, "m"));
      }
    }
  });

  test("names are unique, for they name folders and stages", () => {
    expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
  });

  test("all together need less disk than a lab may take while building", () => {
    expect(recipes.reduce((sum, { gigabytes }) => sum + gigabytes, 0)).toBeLessThanOrEqual(16);
  });
});

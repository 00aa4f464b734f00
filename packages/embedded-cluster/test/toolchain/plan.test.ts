import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { BuildUnit } from "../../src/toolchain/build-unit.ts";
import { findOnPath, renderPlan } from "../../src/toolchain/plan.ts";
import type { Recipe } from "../../src/toolchain/recipes/recipe.ts";

const unit = (name: string, seconds: number): BuildUnit => ({
  name,
  stage: `build ${name}`,
  key: "0",
  outputs: [],
  seconds,
  gigabytes: 1,
  make: async () => {},
});

describe("the plan", () => {
  const lanes = [[unit("kubernetes", 265), unit("helm", 54)], [unit("envoy", 5)]];

  test("names each unit, why it is made here, and the time of the longest lane", () => {
    expect(
      renderPlan([[{ ...unit("kubernetes", 265), why: "no download" }, unit("helm", 54)], [unit("envoy", 5)]], {}),
    ).toEqual([
      "Tools to make, once: 3, in about 5 min on two cores.",
      "  build kubernetes: 4 min (no download)",
      "  build helm: 54 s",
      "  build envoy: 5 s",
    ]);
  });

  test("goes by what this machine took last time", () => {
    const lasted = { "build kubernetes": 95.2, "build helm": 20, "build envoy": 200 };
    expect(renderPlan(lanes, lasted).slice(0, 2)).toEqual([
      "Tools to make, once: 3, in about 3 min as last time.",
      "  build kubernetes: 96 s",
    ]);
  });
});

describe("a program of the user's", () => {
  const recipe: Recipe = {
    name: "helm",
    programs: [],
    onPath: { args: ["version"], version: "3.22.0" },
    seconds: 1,
    gigabytes: 1,
  };

  const withProgram = async (script: string, use: (path: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), "path-"));
    try {
      writeFileSync(join(folder, "helm"), script, { mode: 0o755 });
      await use(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("is taken in exactly the pinned version", async () => {
    await withProgram("#!/bin/sh\necho v3.22.0\n", async (path) => {
      expect(await findOnPath(recipe, [], `/nowhere:${path}`)).toBe(join(path, "helm"));
    });
  });

  test("is left alone in another version, or where it fails", async () => {
    for (const script of ["#!/bin/sh\necho v3.22.01\n", "#!/bin/sh\nexit 1\n"]) {
      await withProgram(script, async (path) => expect(await findOnPath(recipe, [], path)).toBeUndefined());
    }
  });

  test("is not looked for among the cluster's own", async () => {
    await withProgram("#!/bin/sh\necho v3.22.0\n", async (path) => {
      expect(await findOnPath(recipe, [path], path)).toBeUndefined();
      expect(await findOnPath(recipe, [path.slice(0, -1)], path)).toBe(join(path, "helm"));
    });
  });

  test("is not looked for where the cluster needs its own", async () => {
    const { onPath: _, ...own } = recipe;
    expect(await findOnPath(own, [], "/bin")).toBeUndefined();
  });
});

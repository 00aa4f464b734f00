import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { execa } from "execa";
import { goBuildArguments, goEnvironment, outputsOf, recipeKey } from "../../../src/toolchain/go/go-build.ts";
import type { Recipe } from "../../../src/toolchain/recipes/recipe.ts";

const recipe: Recipe = {
  name: "mesh",
  programs: [
    { output: "pilot", package: "example.org/mesh/pilot", tags: ["small", "fast"] },
    { output: "many", package: ".", names: ["one", "two"] },
  ],
  strings: { "example.org/mesh/version": "v1.2.3" },
  keep: [
    { module: "example.org/mesh", paths: ["charts/base"] },
    { module: "example.org/api", paths: ["crds"] },
  ],
  seconds: 10,
  gigabytes: 1,
};

describe("the go command line", () => {
  test("has tags, linker strings, output and package", () => {
    expect(goBuildArguments(recipe, recipe.programs[0] as never, "/tools/pilot")).toEqual([
      "build",
      "-v",
      "-trimpath",
      "-buildvcs=false",
      "-pgo=off",
      "-gcflags=all=-dwarf=false",
      "-tags=small,fast",
      "-ldflags=-s -w -X example.org/mesh/version=v1.2.3",
      "-o",
      "/tools/pilot",
      "example.org/mesh/pilot",
    ]);
  });

  test("names no tags where there are none", () => {
    expect(goBuildArguments({}, { output: "a", package: "." }, "a").join(" ")).not.toContain("-tags");
  });
});

test("the environment keeps the user's proxy and fixes what would change a build", () => {
  const user = {
    GOPROXY: "https://proxy.test",
    GOROOT: "/other/go",
    GOFLAGS: "-race",
    GOTOOLCHAIN: "auto",
    CGO_ENABLED: "1",
  };
  const environment = goEnvironment(user, "/lab/cache", 8e9);
  expect(environment).toMatchObject({
    GOPROXY: "https://proxy.test",
    GOFLAGS: "-modcacherw",
    GOTOOLCHAIN: "local",
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOGC: "400",
    GOCACHE: "/lab/cache/go-build",
    GOMODCACHE: "/lab/cache/go-mod",
  });
  expect(environment).not.toHaveProperty("GOROOT");
  expect(goEnvironment(user, "/lab/cache", 4e9)).toHaveProperty("GOGC", "100");
});

test("go writes nothing into the user's home", async () => {
  const home = mkdtempSync(join(tmpdir(), "home-"));
  const env = goEnvironment({ PATH: process.env.PATH, HOME: home }, join(home, "cache"), 8e9);
  const { failed } = await execa("go", ["version"], { env, extendEnv: false, reject: false });
  if (!failed) expect(readdirSync(home)).toEqual([]);
  expect(env.TEST_TELEMETRY_DIR).toBe("/dev/null"); // where there is no go to be asked
  rmSync(home, { recursive: true });
});

test("outputs are the names that are called and the files that are kept", () => {
  expect(outputsOf(recipe)).toEqual([
    "pilot",
    "one",
    "two",
    "module/example.org/mesh/charts/base",
    "module/example.org/api/crds",
  ]);
});

describe("the key of a build", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "recipe-"));
    writeFileSync(join(folder, "go.mod"), "module a\n");
    writeFileSync(join(folder, "go.sum"), "sums\n");
    writeFileSync(join(folder, "main.go"), "package main\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const key = (changed: Partial<Recipe> = {}, go = "1.26.8") => recipeKey({ ...recipe, ...changed }, folder, go);

  test("is the same in another place", () => {
    const before = key();
    mkdirSync(`${folder}-moved`);
    for (const [file, text] of [
      ["go.mod", "module a\n"],
      ["go.sum", "sums\n"],
      ["main.go", "package main\n"],
    ] as const) {
      writeFileSync(join(`${folder}-moved`, file), text);
    }
    expect(recipeKey(recipe, `${folder}-moved`, "1.26.8")).toBe(before);
    rmSync(`${folder}-moved`, { recursive: true });
  });

  test("is no other when only what is announced changes", () => {
    expect(key({ seconds: 99, gigabytes: 9 })).toBe(key());
  });

  test.each(["go.mod", "go.sum", "main.go"])("changes with %s", (file) => {
    const before = key();
    writeFileSync(join(folder, file), "changed\n");
    expect(key()).not.toBe(before);
  });

  test("counts the sources of the tool's own folder, and no other tool's", () => {
    for (const name of ["mine", "other"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "main.go"), "package main\n");
    }
    const programs = [{ output: "mine", package: "./mine" }];
    const before = key({ programs });
    writeFileSync(join(folder, "other", "main.go"), "changed\n");
    expect(key({ programs })).toBe(before);
    writeFileSync(join(folder, "mine", "main.go"), "changed\n");
    expect(key({ programs })).not.toBe(before);
  });

  test("is no other with another patch of Go", () => {
    expect(key({}, "1.26.0")).toBe(key());
  });

  test("changes with the recipe and with the version of Go", () => {
    const keys = [key(), key({ strings: {} }), key({ programs: recipe.programs.slice(1) }), key({}, "1.27.0")];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

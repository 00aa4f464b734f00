import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { goLine, goWheel, isAtLeast } from "../../../src/toolchain/go/go.ts";
import { moduleFolder } from "../../../src/toolchain/go/go-build.ts";
import { recipes } from "../../../src/toolchain/recipes/recipes.ts";

describe("the choice of Go", () => {
  test.each([
    ["1.26.8", "1.26.0", true],
    ["1.26", "1.26.0", true],
    ["1.27", "1.26.9", true],
    ["1.26.10", "1.26.9", true],
    ["1.25.9", "1.26", false],
    ["1.9", "1.26", false],
  ])("%s is at least %s: %s", (version, least, expected) => {
    expect(isAtLeast(version, least)).toBe(expected);
  });

  test("reads the go line of a go.mod", () => {
    expect(goLine("module a\n\ngo 1.26.0\n\nrequire b v1.0.0\n")).toBe("1.26.0");
    expect(() => goLine("module a\n")).toThrow("no go line");
  });

  test("the one from PyPI is new enough for every module", () => {
    for (const recipe of recipes) {
      expect(isAtLeast(goWheel.version, goLine(readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8")))).toBe(true);
    }
  });
});

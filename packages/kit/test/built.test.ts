import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { mustBeBuilt } from "../src/built.ts";
import { UserError } from "../src/user-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "built-"));
  mkdirSync(join(folder, "src", "deep"), { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  for (const file of ["src/one.ts", "src/deep/two.ts"]) writeAt(file, 100);
  writeAt("node_modules/newer.js", 200);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @param seconds since 1970 */
function writeAt(file: string, seconds: number, content = ""): void {
  writeFileSync(join(folder, file), content);
  utimesSync(join(folder, file), seconds, seconds);
}

const build = (...inputs: readonly string[]) =>
  writeAt("built.json", 100, JSON.stringify({ inputs: Object.fromEntries(inputs.map((input) => [input, {}])) }));

/** What the user is told. */
const refusal = (act: () => void): object => {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, place: error.place, next: error.next };
  }
  throw new Error("It was not refused.");
};

describe("a build", () => {
  test("that is as new as its source is taken, whatever npm installed since, and whatever it did not read", () => {
    build("src/one.ts", "node_modules/newer.js");
    writeAt("src/deep/two.ts", 101);
    expect(() => mustBeBuilt(folder, "The page")).not.toThrow();
  });

  test("that is missing is refused", () => {
    expect(refusal(() => mustBeBuilt(folder, "The page"))).toEqual({
      message: "The page is not built: npm was told to run no scripts, or did not end.",
      place: join(folder, "built.json"),
      next: "npm ci",
    });
  });

  test("that is older than a file that it read is refused, and the file is named; so is one whose file went", () => {
    build("src/one.ts", "src/deep/two.ts");
    const place = join(folder, "src/deep/two.ts");
    const wanted = { message: "The page is built of older source than this checkout has.", place, next: "npm ci" };
    writeAt("src/deep/two.ts", 101);
    expect(refusal(() => mustBeBuilt(folder, "The page"))).toEqual(wanted);
    rmSync(place);
    expect(refusal(() => mustBeBuilt(folder, "The page"))).toEqual(wanted);
  });
});

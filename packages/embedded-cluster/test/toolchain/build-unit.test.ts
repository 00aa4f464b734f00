import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type BuildUnit, isBuilt, keyOf, makeUnit, unitFolder } from "../../src/toolchain/build-unit.ts";

const cache = mkdtempSync(join(tmpdir(), "cache-"));
const details: string[] = [];
const expected: (number | undefined)[] = [];
const progress: Progress = {
  stage: async (_, work, usual) => {
    expected.push(usual);
    return work((detail) => details.push(detail));
  },
  say: () => {},
};

const unit = (make: BuildUnit["make"], key = "0123456789ab"): BuildUnit => ({
  name: "tool",
  stage: "build tool",
  key,
  outputs: ["binary"],
  seconds: 1,
  gigabytes: 1,
  make,
});
const good = unit(async (folder, note) => {
  note("working");
  writeFileSync(join(folder, "binary"), "new");
});

beforeEach(() => rmSync(join(cache, "tools"), { recursive: true, force: true }));
afterAll(() => rmSync(cache, { recursive: true }));

describe("a build unit", () => {
  test("is built once it is made, and says what comes after it and how long it should take", async () => {
    expect(isBuilt(cache, good)).toBe(false);
    await makeUnit(cache, good, ["helm", "pause"], progress);
    expect(isBuilt(cache, good)).toBe(true);
    expect(details).toEqual(["working · then helm, pause"]);
    expect(expected).toEqual([good.seconds]);
  });

  test("that fails half-way leaves nothing, and does not hinder the next try", async () => {
    const bad = unit(async (folder) => {
      writeFileSync(join(folder, "half"), "");
      throw new Error("killed");
    });
    await expect(makeUnit(cache, bad, [], progress)).rejects.toThrow("killed");
    expect(existsSync(unitFolder(cache, bad))).toBe(false);
    await makeUnit(cache, good, [], progress);
    expect(readdirSync(unitFolder(cache, good))).toEqual(["binary"]);
  });

  test("that makes less than it promised is a defect", async () => {
    const empty = unit(async () => {});
    await expect(makeUnit(cache, empty, [], progress)).rejects.toThrow("did not make binary");
  });

  test("counts as used when it is made, whatever date an archive has given its folder", async () => {
    const unpacked = unit(async (folder) => {
      writeFileSync(join(folder, "binary"), "");
      utimesSync(folder, new Date(0), new Date(0));
    });
    await makeUnit(cache, unpacked, [], progress);
    expect(Date.now() - statSync(unitFolder(cache, unpacked)).mtimeMs).toBeLessThan(60_000);
  });

  test("that lost an output is made again", async () => {
    mkdirSync(unitFolder(cache, good), { recursive: true });
    writeFileSync(join(unitFolder(cache, good), "rest"), "old");
    expect(isBuilt(cache, good)).toBe(false);
    await makeUnit(cache, good, [], progress);
    expect(readFileSync(join(unitFolder(cache, good), "binary"), "utf8")).toBe("new");
  });
});

test("a key tells contents apart, however they are cut", () => {
  expect(keyOf("ab", "c")).not.toBe(keyOf("a", "bc"));
  expect(keyOf("a")).toMatch(/^[0-9a-f]{12}$/);
});

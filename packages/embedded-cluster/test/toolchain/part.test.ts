import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { afterAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import type { Part } from "../../src/toolchain/part.ts";

const lab = mkdtempSync(join(tmpdir(), "lab-"));
jest.unstable_mockModule("../../../../cluster/lab-folder.ts", () => ({
  inLab: (...parts: string[]) => join(lab, ...parts),
  makePrivateFolder: (path: string) => {
    mkdirSync(path, { recursive: true });
    return path;
  },
}));
const { dropOthers, folderOf, keyOf, makePart, stands } = await import("../../src/toolchain/part.ts");

const details: string[] = [];
const progress: Progress = {
  stage: async (_, work) => work((detail) => details.push(detail)),
  say: () => {},
};

const part = (make: Part["make"], key = "0123456789ab"): Part => ({
  name: "tool",
  stage: "build tool",
  key,
  outputs: ["binary"],
  seconds: 1,
  gigabytes: 1,
  make,
});
const good = part(async (folder, note) => {
  note("working");
  writeFileSync(join(folder, "binary"), "new");
});

beforeEach(() => rmSync(join(lab, "tools"), { recursive: true, force: true }));
afterAll(() => rmSync(lab, { recursive: true }));

describe("a part", () => {
  test("stands once it is made, and says what comes after it", async () => {
    expect(stands(good)).toBe(false);
    await makePart(good, ["helm", "pause"], progress);
    expect(stands(good)).toBe(true);
    expect(details).toEqual(["working · then helm, pause"]);
  });

  test("that fails half-way leaves nothing that stands, and what it left does not hinder the next try", async () => {
    const bad = part(async (folder) => {
      writeFileSync(join(folder, "half"), "");
      throw new Error("killed");
    });
    await expect(makePart(bad, [], progress)).rejects.toThrow("killed");
    expect(existsSync(folderOf(bad))).toBe(false);
    await makePart(good, [], progress);
    expect(readdirSync(folderOf(good))).toEqual(["binary"]);
  });

  test("that makes less than it promised is a defect", async () => {
    await expect(
      makePart(
        part(async () => {}),
        [],
        progress,
      ),
    ).rejects.toThrow("did not make binary");
  });

  test("that lost an output is made again", async () => {
    mkdirSync(folderOf(good), { recursive: true });
    writeFileSync(join(folderOf(good), "rest"), "old");
    expect(stands(good)).toBe(false);
    await makePart(good, [], progress);
    expect(readFileSync(join(folderOf(good), "binary"), "utf8")).toBe("new");
  });
});

test("parts of other versions and drafts go, and nothing else", async () => {
  await makePart(good, [], progress);
  for (const name of ["tool-ba9876543210", "gone-000000000000", "drafts/tool-0", "bin", "other"]) {
    mkdirSync(join(lab, "tools", name), { recursive: true });
  }
  dropOthers([good]);
  expect(readdirSync(join(lab, "tools")).sort()).toEqual(["bin", "other", "tool-0123456789ab"]);
});

test("a key tells contents apart, however they are cut", () => {
  expect(keyOf("ab", "c")).not.toBe(keyOf("a", "bc"));
  expect(keyOf("a")).toMatch(/^[0-9a-f]{12}$/);
});

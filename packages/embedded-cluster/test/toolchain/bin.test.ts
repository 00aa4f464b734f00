import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { fillBin } from "../../src/toolchain/bin.ts";

describe("the folder of programs", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bin-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("holds exactly what it should", () => {
    writeFileSync(join(folder, "old"), "");
    fillBin(folder, { node: { link: "/usr/bin/node" }, runc: { script: "#!/bin/sh\n" } });
    expect(readdirSync(folder).sort()).toEqual(["node", "runc"]);
    expect(readlinkSync(join(folder, "node"))).toBe("/usr/bin/node");
    expect(statSync(join(folder, "runc")).mode & 0o777).toBe(0o755);
  });

  test("changes only what differs", () => {
    fillBin(folder, { same: { script: "a" }, other: { script: "a" }, kind: { script: "a" } });
    const before = lstatSync(join(folder, "same")).ino;
    fillBin(folder, { same: { script: "a" }, other: { script: "b" }, kind: { link: "/b" } });
    expect(lstatSync(join(folder, "same")).ino).toBe(before);
    expect(readFileSync(join(folder, "other"), "utf8")).toBe("b");
    expect(readlinkSync(join(folder, "kind"))).toBe("/b");
  });
});

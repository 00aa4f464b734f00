import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { compressLayer } from "../../src/images/compressed-layer.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "compressed-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tar = (text: string, seconds = 1000) => {
  const path = join(folder, "base.tar");
  writeFileSync(path, text);
  utimesSync(path, seconds, seconds);
  return { tar: path };
};
const kept = () => join(folder, "kept");

test("a compressed layer is the layer; digest and size are those of the file", async () => {
  const { file, digest, size } = await compressLayer(tar("a layer"), kept());
  const bytes = readFileSync(file);
  expect(gunzipSync(bytes).toString()).toBe("a layer");
  expect({ digest, size }).toEqual({
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    size: bytes.length,
  });
  expect(statSync(file).mode & 0o077).toBe(0);
});

test("it is made once, and the one of a former content goes", async () => {
  const first = await compressLayer(tar("first"), kept());
  utimesSync(first.file, 1, 1);
  expect(await compressLayer(tar("first"), kept())).toEqual(first);
  expect(statSync(first.file).mtimeMs).toBe(1000); // not written again
  const second = await compressLayer(tar("second", 2000), kept());
  expect(readdirSync(kept()).map((name) => join(kept(), name))).toEqual([second.file]);
});

test("what is not finished is not taken for a layer", async () => {
  await expect(compressLayer({ tar: join(folder, "absent.tar") }, kept())).rejects.toThrow(/ENOENT/);
  const source = tar("whole");
  const { file } = await compressLayer(source, kept());
  rmSync(file);
  writeFileSync(`${file}.1`, "cut");
  expect(gunzipSync(readFileSync((await compressLayer(source, kept())).file)).toString()).toBe("whole");
  expect(readdirSync(kept())).toHaveLength(1);
});

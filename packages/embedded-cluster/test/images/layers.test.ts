import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LayerCache, type LayerSource, layerKey, measureLayer, readLayer } from "../../src/images/layers.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string, seconds = 1000): string => {
  writeFileSync(at(name), text);
  utimesSync(at(name), seconds, seconds);
  return at(name);
};
const digest = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "layers-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a layer of files", () => {
  const layer = (): LayerSource => ({
    files: [
      { from: write("program", "ELF"), to: "/usr/local/bin/program" },
      { from: write("template", "{}"), to: "/var/lib/template.json", mode: 0o644 },
    ],
  });

  test("is a tar with the files at their places; size and digest are those of its bytes", async () => {
    const source = layer();
    const bytes = await buffer(readLayer(source));
    const list = execFileSync("tar", ["-tvf", "-"], { input: bytes, encoding: "utf8" });
    expect(list).toMatch(/^-rwxr-xr-x .* usr\/local\/bin\/program$/m);
    expect(list).toMatch(/^-rw-r--r-- .* var\/lib\/template.json$/m);
    expect(await measureLayer(source)).toEqual({ digest: digest(bytes), size: bytes.length });
  });

  test("does not depend on when its files were made, only its key does", async () => {
    const source = layer();
    const [first, key] = [await measureLayer(source), layerKey(source)];
    utimesSync(at("program"), 2000, 2000);
    expect(await measureLayer(source)).toEqual(first);
    expect(layerKey(source)).not.toBe(key);
  });

  test("has another key in another place or with another mode", () => {
    const from = write("program", "ELF");
    const keys = [{ to: "/a" }, { to: "/b" }, { to: "/a", mode: 0o644 }].map((file) =>
      layerKey({ files: [{ from, ...file }] }),
    );
    expect(new Set(keys).size).toBe(3);
    expect(layerKey({ files: [{ from, to: "/a", mode: 0o755 }] })).toBe(keys[0]);
  });
});

test("a tar is a layer as it is", async () => {
  const source = { tar: write("base.tar", "any bytes") };
  expect(await buffer(readLayer(source))).toEqual(Buffer.from("any bytes"));
  expect(await measureLayer(source)).toEqual({ digest: digest(Buffer.from("any bytes")), size: 9 });
});

describe("what is remembered of layers", () => {
  test("is used while the file's size and date stay, also by the next process", async () => {
    const source = { tar: write("base.tar", "first") };
    const described = await new LayerCache(at("digests.json")).describe(source);
    expect(described).toEqual({ digest: digest(Buffer.from("first")), size: 5 });
    write("base.tar", "other"); // the same size and date: not read again, which shows that the file is remembered
    expect(await new LayerCache(at("digests.json")).describe(source)).toEqual(described);
  });

  test("is made again once the file changes, and replaces the old one", async () => {
    const digests = new LayerCache(at("digests.json"));
    const source = { tar: write("base.tar", "first") };
    await digests.describe(source);
    write("base.tar", "other", 2000);
    const described = await digests.describe(source);
    expect(described.digest).toBe(digest(Buffer.from("other")));
    expect(await new LayerCache(at("digests.json")).describe(source)).toEqual(described);
  });

  test("is not missed: an unreadable file is as good as none", async () => {
    write("digests.json", "{ half");
    const described = await new LayerCache(at("digests.json")).describe({ tar: write("base.tar", "first") });
    expect(described).toEqual({ digest: digest(Buffer.from("first")), size: 5 });
  });
});

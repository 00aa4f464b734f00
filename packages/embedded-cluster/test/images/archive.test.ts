import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { imageArchive, renderIndex, type ShippableImage } from "../../src/images/archive.ts";
import { digestOf, renderImage } from "../../src/images/image.ts";
import { type LayerSource, measureLayer } from "../../src/images/layers.ts";

let folder: string;
let images: readonly ShippableImage[];

async function ship(name: string, sources: readonly LayerSource[]): Promise<ShippableImage> {
  const layers = [];
  for (const source of sources) layers.push(await measureLayer(source));
  return { name, rendered: renderImage({ name, description: name, layers: sources }, layers), sources };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "archive-"));
  const files = ["base.tar", "one", "two"].map((name) => join(folder, name)) as [string, string, string];
  for (const file of files) writeFileSync(file, `content of ${file}`);
  const base = { tar: files[0] };
  images = [
    await ship("docker.io/istio/pilot:1.29.1", [base, { files: [{ from: files[1], to: "/one" }] }]),
    await ship("docker.io/library/node:24-bookworm-slim", [base, { files: [{ from: files[2], to: "/two" }] }]),
  ];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("imageArchive", () => {
  test("holds each blob once, under the digest of its content", async () => {
    const bytes = await buffer(imageArchive(images));
    const names = execFileSync("tar", ["-tf", "-"], { input: bytes, encoding: "utf8" }).trim().split("\n");
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith("blobs/"))).toHaveLength(2 * 2 + 3); // documents, and three layers

    const unpacked = mkdtempSync(join(folder, "unpacked-"));
    execFileSync("tar", ["-xf", "-", "-C", unpacked], { input: bytes });
    for (const hex of readdirSync(join(unpacked, "blobs/sha256"))) {
      expect(digestOf(readFileSync(join(unpacked, "blobs/sha256", hex), "utf8"))).toBe(`sha256:${hex}`);
    }
    expect(JSON.parse(readFileSync(join(unpacked, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
    expect(JSON.parse(readFileSync(join(unpacked, "index.json"), "utf8"))).toEqual(renderIndex(images));
  });

  test("names images for containerd in full", () => {
    const names = renderIndex(images).manifests.map(({ annotations }) => annotations["io.containerd.image.name"]);
    expect(names).toEqual(["docker.io/istio/pilot:1.29.1", "docker.io/library/node:24-bookworm-slim"]);
  });
});

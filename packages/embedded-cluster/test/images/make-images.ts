import { createHash } from "node:crypto";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { addOnNames } from "../../src/add-ons.ts";
import { imageArchive, type ShippableImage } from "../../src/images/archive.ts";
import { clusterImages } from "../../src/images/cluster-images.ts";
import { compressLayer } from "../../src/images/compressed-layer.ts";
import { type ImageSpec, renderImage, renderManifest } from "../../src/images/image.ts";
import { LayerCache } from "../../src/images/layers.ts";
import { platformImages } from "../../src/images/platform-images.ts";
import { exampleTools } from "./example-tools.ts";

/** Makes every image of the cluster of tools in a folder, as `up` does, and prints the digests and by which clock. */
const [folder = "", umask = "", seconds = ""] = process.argv.slice(2);
process.umask(Number.parseInt(umask, 8));

/** The example's tools, each in the folder. */
const tools = Object.fromEntries(
  Object.entries(exampleTools).map(([name, path]) => [name, typeof path === "string" ? join(folder, path) : path]),
) as unknown as typeof exampleTools;

const specs = [...Object.values(clusterImages(tools)), ...addOnNames.flatMap((addOn) => platformImages(tools, addOn))];
const files = specs.flatMap(({ layers }) =>
  layers.flatMap((layer) => ("tar" in layer ? [layer.tar] : layer.files.map(({ from }) => from))),
);
for (const file of new Set(files)) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `content of ${file.slice(folder.length)}`);
  utimesSync(file, Number(seconds), Number(seconds));
}

const cache = new LayerCache(join(folder, "image-layers.json"));

async function make(spec: ImageSpec): Promise<{ readonly image: ShippableImage; readonly pushed: string }> {
  const layers = [];
  const compressed = [];
  for (const layer of spec.layers) {
    layers.push(await cache.describe(layer));
    compressed.push(await compressLayer(layer, join(folder, "image-layers")));
  }
  const rendered = renderImage(spec, layers);
  return {
    image: { name: spec.name, rendered, sources: spec.layers },
    pushed: renderManifest(rendered.config, compressed, "compressed").digest,
  };
}

const made = [];
for (const spec of specs) made.push(await make(spec));
const archive = await buffer(imageArchive(made.map(({ image }) => image)));
console.log(
  JSON.stringify({
    year: new Date().getFullYear(),
    images: made.map(({ image: { name, rendered }, pushed }) => [name, rendered.manifest.digest, pushed]),
    archive: createHash("sha256").update(archive).digest("hex"),
  }),
);

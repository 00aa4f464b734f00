import { readFileSync } from "node:fs";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import type { Descriptor } from "./image.ts";
import { type LayerSource, layerDigest, layerKey, layerSize } from "./layers.ts";

/** What is remembered of a layer: `key` as in {@link layerKey}, `digest` of the bytes that had that key. */
interface Remembered {
  readonly key: string;
  readonly digest: string;
}

/**
 * Digests of layers, kept in a file, since an `up` that has nothing to do must not read half a gigabyte to find that out.
 * One digest is kept for each place in an image, so that the file does not grow as tools change; one that is lost or
 * unreadable costs a second, no more.
 */
export class LayerDigests {
  readonly #file: string;
  readonly #known: Map<string, Remembered>;

  /** @param file absolute path of the JSON file that remembers */
  constructor(file: string) {
    this.#file = file;
    this.#known = new Map(Object.entries(readRemembered(file)));
  }

  /** Digest and size in bytes of a layer; reads the layer only where its key is new. */
  async describe(source: LayerSource): Promise<Pick<Descriptor, "digest" | "size">> {
    const place = "tar" in source ? "/" : source.files.map(({ to }) => to).join(" ");
    const key = layerKey(source);
    const known = this.#known.get(place);
    if (known?.key === key) return { digest: known.digest, size: layerSize(source) };
    const digest = await layerDigest(source);
    this.#known.set(place, { key, digest });
    writePrivateFile(this.#file, `${JSON.stringify(Object.fromEntries(this.#known), null, 2)}\n`);
    return { digest, size: layerSize(source) };
  }
}

function readRemembered(file: string): Record<string, Remembered> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {}; // the first run, or a file that is not worth stopping for
  }
}

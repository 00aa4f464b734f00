import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { packTar } from "./tar.ts";

/** A file of this machine and its place in an image. */
export interface LayerFile {
  /** Absolute path on this machine. */
  readonly from: string;
  /** Absolute path in the image. */
  readonly to: string;
  /** Permission bits in the image, default 0755. */
  readonly mode?: number;
}

/** What a layer is made of: files, or a tar that is a layer already. */
export type LayerSource = { readonly files: readonly LayerFile[] } | { readonly tar: string };

/** What a registry or an image archive calls the layer: `digest` is `sha256:<hex>` of its bytes, `size` their number. */
export interface LayerFacts {
  readonly digest: string;
  readonly size: number;
}

/** The bytes of a layer: an uncompressed tar, made while it is read, so that no second copy of the files is kept. */
export function readLayer(source: LayerSource): AsyncIterable<Uint8Array> {
  if ("tar" in source) return readFile(source.tar);
  return packTar(
    source.files.map(({ from, to, mode = 0o755 }) => ({
      path: to.replace(/^\//, ""),
      size: statSync(from).size,
      mode,
      content: readFile(from),
    })),
  );
}

/** To be changed with whatever changes the bytes of a tar made from the same files. */
const packing = "tar-stream";

const readFile = (path: string): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: 1024 * 1024 });

/**
 * A key that changes whenever the layer may: how it is packed, places in the image, and path, size and date of each file. It
 * reads no content, so that asking whether an image is up to date costs nothing.
 */
export function layerKey(source: LayerSource): string {
  const files = "tar" in source ? [{ from: source.tar, to: "/", mode: 0 }] : source.files;
  const facts = files.map(({ from, to, mode }) => {
    const { size, mtimeNs } = statSync(from, { bigint: true });
    return [from, to, mode ?? 0o755, `${size}`, `${mtimeNs}`];
  });
  return createHash("sha256")
    .update(JSON.stringify([packing, facts]))
    .digest("hex");
}

/** Where a layer's content is in an image: a layer of the same place takes the place of an older one. */
export const layerPlace = (source: LayerSource): string =>
  "tar" in source ? "/" : source.files.map(({ to }) => to).join(" ");

/** Reads a layer to its end. Uncompressed, its SHA-256 is both the blob's digest and the diff id. */
export async function measureLayer(source: LayerSource): Promise<LayerFacts> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of readLayer(source)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}

/** What is remembered of a layer: its facts when it had this key, see {@link layerKey}. */
interface Remembered extends LayerFacts {
  readonly key: string;
}

/**
 * Digests and sizes of layers, kept in a file, since an `up` that has nothing to do must not read half a gigabyte to find
 * that out. One entry is kept for each place in an image, so that the file does not grow as tools change; one that is lost or
 * unreadable costs a second, no more.
 */
export class LayerCache {
  readonly #file: string;
  readonly #known: Map<string, Remembered>;

  /** @param file absolute path of the JSON file that remembers */
  constructor(file: string) {
    this.#file = file;
    this.#known = new Map(Object.entries(readRemembered(file)));
  }

  /** The facts of a layer; reads the layer only where its key is new. */
  async describe(source: LayerSource): Promise<LayerFacts> {
    const place = layerPlace(source);
    const key = layerKey(source);
    const known = this.#known.get(place);
    if (known?.key === key) return { digest: known.digest, size: known.size };
    const facts = await measureLayer(source);
    this.#known.set(place, { key, ...facts });
    writePrivateFile(this.#file, `${JSON.stringify(Object.fromEntries(this.#known), null, 2)}\n`);
    return facts;
  }
}

function readRemembered(file: string): Record<string, Remembered> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {}; // the first run, or a file that is not worth stopping for
  }
}

import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { tarEnd, tarHeader, tarPadding, tarSize } from "./tar.ts";

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

/** The bytes of a layer: an uncompressed tar, made while it is read, so that no second copy of the files is kept. */
export async function* readLayer(source: LayerSource): AsyncGenerator<Uint8Array> {
  if ("tar" in source) {
    yield* readFile(source.tar);
    return;
  }
  for (const { from, to, mode = 0o755 } of source.files) {
    const { size } = statSync(from);
    yield tarHeader({ path: to.replace(/^\//, ""), size, mode });
    yield* readFile(from);
    yield tarPadding(size);
  }
  yield tarEnd();
}

/** Bytes that {@link readLayer} yields. */
export const layerSize = (source: LayerSource): number =>
  "tar" in source ? statSync(source.tar).size : tarSize(source.files.map(({ from }) => statSync(from).size));

/**
 * A key that changes whenever the layer may: places in the image, and path, size and date of each file. It reads no
 * content, so that asking whether an image is up to date costs nothing.
 */
export function layerKey(source: LayerSource): string {
  const files = "tar" in source ? [{ from: source.tar, to: "/", mode: 0 }] : source.files;
  const facts = files.map(({ from, to, mode }) => {
    const { size, mtimeNs } = statSync(from, { bigint: true });
    return [from, to, mode ?? 0o755, `${size}`, `${mtimeNs}`];
  });
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

/** SHA-256 of the layer's bytes. Uncompressed, it is both the blob's digest and the diff id. */
export async function layerDigest(source: LayerSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of readLayer(source)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

const readFile = (path: string): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: 1024 * 1024 });

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Pack, pack } from "tar-stream";

/** One file of a tar. */
export interface TarMember {
  /** Relative path with `/`. */
  readonly path: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Permission bits, default 0644. */
  readonly mode?: number;
  readonly content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * A tar of these files, made while it is read. Every file belongs to root and is dated 1970, so that equal content is an equal
 * tar.
 */
export function packTar(members: Iterable<TarMember> | AsyncIterable<TarMember>): AsyncIterable<Uint8Array> {
  const tar = pack();
  const fill = async () => {
    for await (const member of members) await addMember(tar, member);
    tar.finalize();
  };
  fill().catch((error: Error) => tar.destroy(error)); // whoever reads the tar sees the error
  return tar as AsyncIterable<Uint8Array>;
}

function addMember(tar: Pack, { path, size, mode = 0o644, content }: TarMember): Promise<void> {
  return new Promise((resolve, reject) => {
    const header = { name: path, size, mode, mtime: new Date(0), uid: 0, gid: 0, type: "file" } as const;
    const entry = tar.entry(header, (error) => (error ? reject(error) : resolve()));
    pipeline(Readable.from(content), entry).catch(reject);
  });
}

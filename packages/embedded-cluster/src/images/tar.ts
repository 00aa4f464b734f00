/** One member of a tar file. */
export interface TarEntry {
  /** Relative path with `/`, at most 100 bytes. */
  readonly path: string;
  /** Bytes of the content that follows the header; below 8 GiB. */
  readonly size: number;
  /** Permission bits, default 0644. */
  readonly mode?: number;
}

/** Tar counts in blocks of this many bytes. */
const block = 512;

/** Where each field of a ustar header begins. */
const at = { path: 0, mode: 100, uid: 108, gid: 116, size: 124, modified: 136, checksum: 148, type: 156, magic: 257 };

/**
 * The header of a regular file in ustar form: owner root, date 1970, so that equal content is an equal archive.
 * @throws RangeError where the path or the size does not fit the format.
 */
export function tarHeader({ path, size, mode = 0o644 }: TarEntry): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`The path is longer than a tar header's 100 bytes: ${path}`);
  if (size >= 8 * 1024 ** 3) throw new RangeError(`The file is larger than a tar header's 8 GiB: ${path}`);
  const header = Buffer.alloc(block);
  const octal = (value: number, offset: number, width: number) =>
    header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset, "latin1");
  header.write(path, at.path);
  octal(mode, at.mode, 8);
  octal(0, at.uid, 8);
  octal(0, at.gid, 8);
  octal(size, at.size, 12);
  octal(0, at.modified, 12);
  header.write("0", at.type);
  header.write("ustar\x0000", at.magic, "latin1");
  // The checksum is the sum of the header's bytes with its own field read as eight spaces.
  header.fill(" ", at.checksum, at.type);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, at.checksum, "latin1");
  return header;
}

/** Zeros that fill the last block of a content of `size` bytes. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);

/** What ends a tar file: two empty blocks. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * block);

/** Bytes of a tar file with members of these sizes. */
export function tarSize(sizes: readonly number[]): number {
  const members = sizes.map((size) => block + size + tarPadding(size).length);
  return members.reduce((total, bytes) => total + bytes, tarEnd().length);
}

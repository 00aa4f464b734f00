import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { posix } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Pushed } from "@canary-lab/kit/registry-push";
import { UserError } from "@canary-lab/kit/user-error";
import { extract, type Header } from "tar-stream";

/** A layer or a configuration in an archive. */
export interface ArchivedBlob extends Pushed {
  readonly mediaType: string;
  /** Its place in the archive. */
  readonly path: string;
}

/** The one image of an archive that `docker image save` wrote. */
export interface ArchivedImage {
  readonly config: ArchivedBlob;
  /** From the bottom up. */
  readonly layers: readonly ArchivedBlob[];
}

interface Member extends Pushed {
  /** The first bytes. */
  readonly start: Buffer;
}

const oci = (kind: string) => `application/vnd.oci.image.${kind}`;

/**
 * Reads what is in an archive: the form that Docker 25 and later write, with a containerd image store too, and the older one.
 *
 * @throws UserError where it is no such archive
 */
export async function readArchive(file: string): Promise<ArchivedImage> {
  const members = new Map<string, Member>();
  const links = new Map<string, string>();
  let description: string | undefined;
  for await (const entry of extractFrom(file)) {
    const { name, type, linkname } = entry.header;
    // Before Docker 25 a layer that is there twice is a link to the first.
    if (linkname) links.set(name, posix.join(posix.dirname(name), linkname));
    if (name === "manifest.json") description = String(await buffer(entry));
    else if (type === "file") members.set(name, await measure(entry));
    else entry.resume();
  }
  const blob = (path: string, mediaType: (start: Buffer) => string): ArchivedBlob => {
    const target = links.get(path) ?? path;
    const member = members.get(target);
    if (!member) throw noImage(file, `${path} is not in it`);
    const { digest, size, start } = member;
    return { path: target, digest, size, mediaType: mediaType(start) };
  };
  const [image] = imagesIn(description, file);
  if (!image) throw noImage(file, "it has no image");
  return {
    config: blob(image.Config, () => oci("config.v1+json")),
    layers: image.Layers.map((path) => blob(path, layerType)),
  };
}

/** Calls back with the content of each blob among `paths`, one after another as they are in the archive. */
export async function eachBlob(
  file: string,
  paths: ReadonlySet<string>,
  take: (path: string, content: NodeJS.ReadableStream) => Promise<void>,
): Promise<void> {
  for await (const entry of extractFrom(file)) {
    if (paths.has(entry.header.name)) await take(entry.header.name, entry);
    entry.resume();
  }
}

/** Layers are as the builder keeps them: not compressed, or as they came from a registry. */
function layerType(start: Buffer): string {
  if (start.subarray(0, 2).equals(Buffer.from([0x1f, 0x8b]))) return oci("layer.v1.tar+gzip");
  return start.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd])) ? oci("layer.v1.tar+zstd") : oci("layer.v1.tar");
}

interface Entry extends Readable {
  readonly header: Header;
}

function extractFrom(file: string): AsyncIterable<Entry> {
  const tar = extract();
  createReadStream(file)
    .on("error", (error) => tar.destroy(error))
    .pipe(tar);
  return tar as unknown as AsyncIterable<Entry>; // its own types name no stream of Node
}

async function measure(entry: Readable): Promise<Member> {
  const hash = createHash("sha256");
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of entry) {
    if (start.length < 4) start = Buffer.concat([start, chunk]).subarray(0, 4);
    hash.update(chunk);
    size += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, size, start };
}

function imagesIn(
  description: string | undefined,
  file: string,
): readonly { readonly Config: string; readonly Layers: readonly string[] }[] {
  try {
    return JSON.parse(description ?? "");
  } catch {
    throw noImage(file, "its manifest.json cannot be read");
  }
}

const noImage = (place: string, why: string): UserError =>
  new UserError(`What Docker saved is no archive of an image: ${why}.`, {
    place,
    allowed: "an archive with manifest.json, as `docker image save` writes it",
    next: "docker version",
  });

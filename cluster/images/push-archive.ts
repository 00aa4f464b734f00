import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { plainRequest } from "@canary-lab/kit/http";
import { pushBlob, type RegistryAnswer, type RegistrySend, type SentBody } from "@canary-lab/kit/registry-push";
import { UserError } from "@canary-lab/kit/user-error";
import { type ArchivedBlob, type ArchivedImage, eachBlob, readArchive } from "./docker-archive.ts";

/** A registry that speaks plain HTTP over connections that somebody else opens. */
export interface ForwardedRegistry {
  readonly open: () => Promise<Duplex>;
  /** For messages, such as `pod canary-lab-registry/registry-0`. */
  readonly place: string;
  /** The repository in which this process has seen a blob, by its digest: others get it from there. */
  readonly seen: Map<string, string>;
  /** Milliseconds without a byte after which it does not answer. Default: {@link silenceMilliseconds}. */
  readonly silence?: number;
}

/** A registry checks a layer of gigabytes before it answers. */
const silenceMilliseconds = 120_000;

const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Whether the registry has an image. @throws UserError where it does not say */
export async function hasImage(registry: ForwardedRegistry, repository: string, digest: string): Promise<boolean> {
  const { status } = await sender(registry, repository)("HEAD", `manifests/${digest}`);
  return status === 200;
}

/**
 * Pushes the image of an archive that Docker saved. What the registry has already is not sent again: layers go as they are in the archive,
 * so that each is known by its digest before it is sent.
 *
 * @param note called with how far it is
 * @returns the digest of the image: `sha256:<hex>`, the same for equal archives
 * @throws UserError where the archive cannot be read, or the registry does not answer or refuses
 */
export async function pushArchive(
  file: string,
  repository: string,
  registry: ForwardedRegistry,
  note: (line: string) => void,
): Promise<string> {
  const image = await readArchive(file);
  const send = sender(registry, repository);
  const blobs = [...new Map([image.config, ...image.layers].map((blob) => [blob.digest, blob])).values()];
  const found = await Promise.all(
    blobs.map(async ({ digest }) => (await send("HEAD", `blobs/${digest}`)).status === 200),
  );
  const missing = new Map(blobs.filter((_, index) => !found[index]).map((blob) => [blob.path, blob]));
  const count = progress(repository, [...missing.values()], note);
  await eachBlob(file, new Set(missing.keys()), async (path, content) => {
    const blob = missing.get(path) as ArchivedBlob;
    const counted = () => content.on("data", (chunk: Buffer) => count(chunk.length)).pause();
    await pushBlob(blob, counted, send, registry.seen.get(blob.digest));
  });
  for (const { digest } of blobs) registry.seen.set(digest, repository);
  const manifest = renderManifest(image);
  const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  await send("PUT", `manifests/${digest}`, {
    type: manifestType,
    size: Buffer.byteLength(manifest),
    content: manifest,
  });
  return digest;
}

/** The document that makes layers an image (OCI image specification 1.1). */
function renderManifest({ config, layers }: ArchivedImage): string {
  const descriptor = ({ mediaType, digest, size }: ArchivedBlob) => ({ mediaType, digest, size });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptor(config),
    layers: layers.map(descriptor),
  });
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

/** Says each tenth of what is to be sent. @returns what counts bytes */
function progress(
  repository: string,
  blobs: readonly ArchivedBlob[],
  note: (line: string) => void,
): (bytes: number) => void {
  const all = blobs.reduce((sum, { size }) => sum + size, 0);
  let sent = 0;
  let said = 0;
  return (bytes) => {
    sent += bytes;
    const tenth = Math.floor((10 * sent) / all);
    if (tenth > said) note(`pushing ${repository}: ${megabytes(sent)} of ${megabytes(all)} MB`);
    said = Math.max(said, tenth);
  };
}

function sender({ place, ...registry }: ForwardedRegistry, repository: string): RegistrySend {
  const next = "npx canaryctl up";
  return async (method, path, sent) => {
    const url = new URL(path, `http://registry/v2/${repository}/`);
    const answer = await call(registry, method, `${url.pathname}${url.search}`, sent).catch((cause: Error) => {
      throw new UserError(`The cluster's registry does not answer: ${cause.message}`, { place, next, cause });
    });
    if (answer.status < 300 || answer.status === 404) return answer;
    throw new UserError(`The cluster's registry refused ${method} ${path}: ${answer.status} ${answer.said}`, {
      place,
      next,
    });
  };
}

/** One request over a connection of its own. */
async function call(
  { open, silence = silenceMilliseconds }: Pick<ForwardedRegistry, "open" | "silence">,
  method: string,
  path: string,
  sent: SentBody | undefined,
): Promise<RegistryAnswer & { readonly said: string }> {
  const stream = await open();
  const silent = setTimeout(() => stream.destroy(new Error(`nothing was sent for ${silence / 1000} s`)), silence);
  const headers = {
    host: "registry",
    accept: manifestType,
    ...(sent && { "content-type": sent.type, "content-length": sent.size }),
  };
  try {
    return await new Promise((resolve, reject) => {
      const message = plainRequest({ createConnection: () => stream, method, path, headers }, (response) => {
        const { statusCode: status = 0, headers: received } = response;
        text(response).then((said) => resolve({ status, location: received.location, said: said.trim() }), reject);
      });
      message.on("error", reject);
      if (sent === undefined || typeof sent.content === "string") message.end(sent?.content);
      else pipeline(sent.content.on("data", () => silent.refresh()).pause(), message).catch(reject);
    });
  } finally {
    clearTimeout(silent);
    stream.destroy();
  }
}

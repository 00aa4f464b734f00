import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "@canary-lab/kit/user-error";
import type { BuildContext } from "../build-context.ts";
import { run } from "../run.ts";

/**
 * A file that upstream publishes beside its checksum. `{arch}` in an address stands for `amd64` or `arm64`, `{cpu}` for `x64`
 * or `arm64`. It is a program, kept as `file`, or an archive, unpacked without its first `strip` folders.
 */
export type Release = { readonly url: string; readonly sums: string } & (
  | { readonly file: string }
  | { readonly strip: number }
);

/** A release that was found, with the SHA-256 that upstream publishes for it. */
export type PublishedRelease = Release & { readonly sha256: string };

/** How long a checksum file may take to arrive before the network counts as closed, in milliseconds. */
const probeMilliseconds = 3000;

/** An address for this machine. */
export const forMachine = (url: string, cpu: string = process.arch): string =>
  url.replaceAll("{arch}", cpu === "x64" ? "amd64" : cpu).replaceAll("{cpu}", cpu);

/** The SHA-256 of a file in a checksum file: lines of `hash  name`, or the hash alone. */
export function checksumOf(file: string, sums: string): string | undefined {
  for (const line of sums.split("\n")) {
    const [, hash, name] = /^([0-9a-f]{64})(?:\s+\*?(?:\.\/)?(\S+))?\s*$/i.exec(line) ?? [];
    if (hash !== undefined && (name === undefined || basename(name) === file)) return hash.toLowerCase();
  }
  return undefined;
}

/**
 * The checksums of all these releases, or undefined where one cannot be had: then the tool is built instead. Checksum and file
 * come from the same place over verified TLS, which is what upstream offers: it guards against damage, not against upstream.
 */
export async function findReleases(releases: readonly Release[]): Promise<PublishedRelease[] | undefined> {
  if (releases.length === 0) return undefined;
  try {
    return await Promise.all(
      releases.map(async (release) => {
        const answer = await fetch(forMachine(release.sums), { signal: AbortSignal.timeout(probeMilliseconds) });
        const sha256 = answer.ok ? checksumOf(basename(forMachine(release.url)), await answer.text()) : undefined;
        if (sha256 === undefined) throw new Error(`no checksum at ${answer.url}`);
        return { ...release, sha256 };
      }),
    );
  } catch {
    return undefined; // no way out, or nothing published for this machine: both mean building
  }
}

/** Downloads releases into a folder, each checked before it is unpacked. */
export async function downloadReleases(
  releases: readonly PublishedRelease[],
  folder: string,
  note: (detail: string) => void,
  context: BuildContext,
): Promise<void> {
  for (const release of releases) {
    const url = forMachine(release.url);
    note(url);
    const file = join(folder, "file" in release ? release.file : basename(url));
    await download(url, release.sha256, file, context);
    if ("file" in release) {
      chmodSync(file, 0o755);
    } else {
      const options = { context, purpose: `Unpacking ${basename(url)}`, log: "releases" };
      await run(
        "tar",
        [
          "--extract",
          "--gzip",
          "--no-same-owner",
          "--file",
          file,
          "--directory",
          folder,
          `--strip-components=${release.strip}`,
        ],
        options,
      );
      rmSync(file);
    }
  }
}

async function download(url: string, sha256: string, file: string, { signal, commands }: BuildContext): Promise<void> {
  const answer = await fetch(url, { signal });
  if (!answer.ok || answer.body === null) {
    throw new UserError(`The release could not be downloaded: HTTP ${answer.status}.`, {
      place: url,
      next: commands.up,
    });
  }
  const hash = createHash("sha256");
  const measure = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.fromWeb(answer.body), measure, createWriteStream(file));
  const found = hash.digest("hex");
  if (found !== sha256) {
    throw new UserError(`The release is not what its checksum says: SHA-256 ${found}.`, {
      place: url,
      allowed: sha256,
      next: `${commands.up}; if it stays so, ask who stands between this machine and that address`,
    });
  }
}

import { createHash } from "node:crypto";
import { chmodSync, createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { request } from "undici";
import { type BuildContext, buildCaches } from "../build-context.ts";
import { run } from "../run.ts";
import { describeFailure, type Network, openNetwork, timeouts } from "./network.ts";

/**
 * A file that upstream publishes, with the SHA-256 for each processor by Node's name. `{arch}` in the address stands for
 * `amd64` or `arm64`, `{cpu}` for `x64` or `arm64`. It is a program, kept as `file`, or an archive, unpacked without its first
 * `strip` folders.
 */
export type Release = { readonly url: string; readonly sha256: Readonly<Record<string, string>> } & (
  | { readonly file: string }
  | { readonly strip: number }
);

/** A release for this machine. */
export type PinnedRelease = Omit<Release, "sha256"> & { readonly sha256: string } & (
    | { readonly file: string }
    | { readonly strip: number }
  );

/** Where a tool comes from, and why: downloaded where there are releases, built otherwise. */
export interface ToolSource {
  readonly releases?: readonly PinnedRelease[];
  readonly why: string;
}

/** How often a download is begun or gone on with before it counts as failed, and the pause before the second time. */
const attempts = 4;
const firstPauseMilliseconds = 1000;

/** An address for this machine. */
export const forMachine = (url: string, cpu: string = process.arch): string =>
  url.replaceAll("{arch}", cpu === "x64" ? "amd64" : cpu).replaceAll("{cpu}", cpu);

/** The releases for this machine; undefined where the checksum of one is not known. */
function pinReleases(releases: readonly Release[], cpu: string): readonly PinnedRelease[] | undefined {
  const pinned = releases.flatMap((release) => {
    const { [cpu]: sha256 } = release.sha256;
    return sha256 === undefined ? [] : [{ ...release, url: forMachine(release.url, cpu), sha256 }];
  });
  return pinned.length === releases.length && pinned.length > 0 ? pinned : undefined;
}

/** Decides where each of several tools comes from. */
export async function chooseSources(
  tools: readonly { readonly releases?: readonly Release[] }[],
): Promise<ToolSource[]> {
  const network = openNetwork(timeouts.probeMilliseconds);
  try {
    return await Promise.all(tools.map(({ releases }) => chooseSource(releases, network, process.arch)));
  } finally {
    await network.dispatcher.destroy();
  }
}

/** Decides where a tool comes from: its releases are downloaded where all of them can be reached. */
export async function chooseSource(
  releases: readonly Release[] | undefined,
  network: Network,
  cpu: string,
): Promise<ToolSource> {
  const pinned = pinReleases(releases ?? [], cpu);
  if (pinned === undefined) return { why: "no checksum of a release is pinned" };
  const hosts = [...new Set(pinned.map(({ url }) => new URL(url).host))];
  const problems = await Promise.all(pinned.map((release) => probe(release.url, network)));
  const problem = problems.find((found) => found !== undefined);
  return problem === undefined ? { releases: pinned, why: `from ${hosts.join(" and ")}` } : { why: problem };
}

/** Why an address cannot be downloaded; undefined where it can. Asked for the first byte alone, as the download itself asks. */
async function probe(url: string, network: Network): Promise<string | undefined> {
  const { host } = new URL(url);
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: network.dispatcher,
      headers: { range: "bytes=0-0" },
    });
    body.on("error", () => {}); // it is thrown away
    body.destroy();
    return statusCode < 300 ? undefined : `${host} answers with HTTP ${statusCode}`;
  } catch (error) {
    return `${host} cannot be used: ${describeFailure(error, network)}`;
  }
}

/** Downloads releases into a folder, each checked before it is unpacked. */
export async function downloadReleases(
  releases: readonly PinnedRelease[],
  folder: string,
  note: (detail: string) => void,
  context: BuildContext,
): Promise<void> {
  const network = openNetwork(timeouts.stallMilliseconds);
  try {
    for (const release of releases) {
      note(release.url);
      await place(release, await download(release, network, note, context), folder, context);
    }
  } finally {
    await network.dispatcher.destroy();
  }
}

/** Puts a downloaded program, or what is in a downloaded archive, into a folder. */
async function place(release: PinnedRelease, downloaded: string, folder: string, context: BuildContext): Promise<void> {
  const name = basename(release.url);
  const file = join(folder, "file" in release ? release.file : name);
  renameSync(downloaded, file);
  if ("file" in release) {
    chmodSync(file, 0o755);
    return;
  }
  const unpack = ["--extract", "--gzip", "--no-same-owner", "--file", file, "--directory", folder];
  await run("tar", [...unpack, `--strip-components=${release.strip}`], {
    context,
    purpose: `Unpacking ${name}`,
    log: "releases",
  });
  rmSync(file);
}

/**
 * Downloads a file, and goes on where an earlier try or run has stopped.
 *
 * @returns the path of the file, whose content is what its checksum says
 */
export async function download(
  { url, sha256 }: Pick<PinnedRelease, "url" | "sha256">,
  network: Network,
  note: (detail: string) => void,
  { cache, commands, signal }: BuildContext,
  firstPause: number = firstPauseMilliseconds,
): Promise<string> {
  const file = join(makePrivateFolder(join(buildCaches(cache), "downloads")), sha256);
  for (let attempt = 1; ; attempt++) {
    const resumed = existsSync(file);
    try {
      await fetchRest(url, file, network, note, signal);
    } catch (error) {
      signal.throwIfAborted();
      const problem = error instanceof HttpError ? error.message : describeFailure(error, network);
      const isFinal = error instanceof HttpError && !error.isPassing;
      if (isFinal || attempt === attempts) {
        throw new UserError(`The download failed: ${problem}. It goes on where it stopped.`, {
          place: url,
          first: "check the way to that address (HTTPS_PROXY, NO_PROXY)",
          next: commands.up,
          cause: error,
        });
      }
      note(`${url}: ${problem}; trying again`);
      await pause(firstPause * 2 ** (attempt - 1), undefined, { signal });
      continue;
    }
    const found = await hashOf(file);
    if (found === sha256) return file;
    rmSync(file);
    if (resumed && attempt < attempts) continue; // what lay there may have been the beginning of something else
    throw new UserError(`The download is not what its checksum says: SHA-256 ${found}.`, {
      place: url,
      allowed: sha256,
      first: "where another run finds the same, ask who stands between this machine and that address",
      next: commands.up,
    });
  }
}

class HttpError extends Error {
  /** Whether the same request may succeed later. */
  readonly isPassing: boolean;

  constructor(status: number) {
    super(`the server answers with HTTP ${status}`);
    this.isPassing = status >= 500 || status === 408 || status === 429;
  }
}

/** Appends to `file` what it lacks, or writes it anew where the server does not serve parts. */
async function fetchRest(
  url: string,
  file: string,
  network: Network,
  note: (detail: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const size = existsSync(file) ? statSync(file).size : 0;
  const { statusCode, headers, body } = await request(url, {
    dispatcher: network.dispatcher,
    headers: size > 0 ? { range: `bytes=${size}-` } : {},
    signal,
  });
  if (statusCode === 416 && size > 0) {
    await body.dump(); // all of it is there
    return;
  }
  if (statusCode >= 300) {
    await body.dump();
    throw new HttpError(statusCode);
  }
  const isRest = statusCode === 206;
  const total = (isRest ? size : 0) + Number(headers["content-length"] ?? Number.NaN);
  const counted = counting(isRest ? size : 0, (got) => note(`${basename(url)}: ${megabytes(got, total)}`));
  await pipeline(body, counted, createWriteStream(file, { flags: isRest ? "a" : "w", mode: 0o600 }), { signal });
}

const megabyte = 1_000_000;

const megabytes = (got: number, total: number): string =>
  `${Math.floor(got / megabyte)}${Number.isNaN(total) ? "" : ` of ${Math.ceil(total / megabyte)}`} MB`;

/** Passes the bytes of a download on, and tells how many there are at each whole megabyte. */
function counting(from: number, tell: (bytes: number) => void) {
  return async function* (source: AsyncIterable<Uint8Array>) {
    let bytes = from;
    for await (const chunk of source) {
      const before = Math.floor(bytes / megabyte);
      bytes += chunk.length;
      if (Math.floor(bytes / megabyte) > before) tell(bytes);
      yield chunk;
    }
  };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import type { Commands } from "../../settings.ts";
import { type BuildContext, buildCaches } from "../build-context.ts";
import { pinned } from "../recipes/versions.ts";
import { run } from "../run.ts";
import {
  type DebianMirror,
  findMirror,
  parseOneLineSources,
  parseStanzaSources,
  renderSources,
} from "./apt-sources.ts";

/** Signing keys of Debian's archive, part of every Debian. */
const debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Programs that fetch and unpack packages; all of them are part of every Debian. */
const programs = ["apt-config", "apt-get", "dpkg-deb", "tar", "bash"];

/** Everything for which this machine cannot fetch packages of Debian; empty where it can. */
export function debianObstacles(commands: Commands, path: string | undefined = process.env.PATH): UserError[] {
  const missing = programs.filter((program) => onPath(program, path) === undefined);
  const obstacles = missing.map(
    (program) =>
      new UserError(`There is no ${program} here, and the cluster's system packages come from Debian.`, {
        place: "PATH",
        first: "run on Debian, or on a system with apt, dpkg, tar and bash",
        next: commands.up,
      }),
  );
  try {
    findDebianMirror(commands);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    obstacles.push(error);
  }
  return obstacles;
}

/**
 * Finds the mirror that this machine uses.
 *
 * @throws UserError where its sources name none, or the keys that sign it are missing.
 */
function findDebianMirror(commands: Commands): DebianMirror {
  const parts = globSync("/etc/apt/sources.list.d/*.{list,sources}").sort();
  const files = ["/etc/apt/sources.list", ...parts].filter((file) => existsSync(file));
  const mirror = findMirror(
    files.flatMap((file) =>
      (file.endsWith(".sources") ? parseStanzaSources : parseOneLineSources)(readFileSync(file, "utf8")),
    ),
    commands,
  );
  const keyring = mirror.main.signedBy ?? debianKeyring;
  if (!existsSync(keyring)) {
    throw new UserError("The keys that sign Debian's packages are missing.", {
      place: keyring,
      next: `apt-get install debian-archive-keyring && ${commands.up}`,
    });
  }
  return mirror;
}

/**
 * Configuration that keeps apt in a folder of its own: neither the machine's lists nor its package state nor its hooks are
 * touched. How to fetch over HTTP (proxies, certificates) stays as the machine has it; signatures are checked, even where the
 * machine has switched that off.
 *
 * @param acquire what `apt-config dump Acquire` prints.
 */
export function renderAptConfig(folder: string, acquire: string): string {
  return [
    ...acquire.split("\n").filter((line) => /^Acquire::https?::/.test(line)),
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::State::lists "${folder}/lists";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Cache::archives "${folder}/packages";`,
    `Dir::Etc::sourcelist "${folder}/sources.list";`,
    'Dir::Etc::sourceparts "/dev/null";',
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'APT::Sandbox::User "root";', // the unprivileged fetcher may not enter the user's cache folder
    "",
  ].join("\n");
}

/** A package that counts as installed, with the virtual packages that it provides. */
export interface InstalledPackage {
  readonly name: string;
  readonly provides?: string;
}

/** dpkg's list of installed packages, as apt reads it: none but these. */
export const renderStatus = (installed: readonly InstalledPackage[]): string =>
  installed
    .map(({ name, provides }) =>
      [
        `Package: ${name}`,
        "Status: install ok installed",
        "Architecture: all",
        "Multi-Arch: foreign",
        "Version: 999",
        "Maintainer: nobody",
        "Description: counts as installed",
        ...(provides === undefined ? [] : [`Provides: ${provides}`]),
        "",
        "",
      ].join("\n"),
    )
    .join("");

/** Which packages to unpack. */
export interface PackageChoice {
  readonly packages: readonly string[];
  /**
   * Whether to fetch what the packages depend on as well, all the way down, but for what counts as installed. Without it,
   * nothing but the packages themselves.
   */
  readonly dependencies?: { readonly installed: readonly InstalledPackage[] };
}

/**
 * Downloads packages of the pinned suite and unpacks them into `root`, without installing anything: no script of theirs runs.
 * apt checks the signature of the lists, and each package by the hash in them.
 */
export async function unpackPackages(
  { packages, dependencies }: PackageChoice,
  root: string,
  log: string,
  note: (detail: string) => void,
  context: BuildContext,
): Promise<void> {
  const folder = join(buildCaches(context.cache), "apt");
  const archives = join(folder, "packages");
  rmSync(archives, { recursive: true, force: true });
  for (const path of ["state", "lists/partial", "cache", "packages/partial"]) {
    mkdirSync(join(folder, path), { recursive: true, mode: 0o700 });
  }
  const { stdout: acquire } = await execa("apt-config", ["dump", "Acquire"]);
  writeFileSync(join(folder, "apt.conf"), renderAptConfig(folder, acquire));
  writeFileSync(join(folder, "status"), renderStatus(dependencies?.installed ?? []));
  writeFileSync(
    join(folder, "sources.list"),
    renderSources(findDebianMirror(context.commands), pinned.debian, debianKeyring),
  );
  const options = {
    context,
    log,
    cwd: archives,
    env: { ...process.env, APT_CONFIG: join(folder, "apt.conf"), LC_ALL: "C" },
  };
  note("reading the package lists");
  await run("apt-get", ["update", "--error-on=any"], { ...options, purpose: "Reading Debian's package lists" });
  note("downloading packages");
  const download =
    dependencies === undefined ? ["download"] : ["install", "--yes", "--download-only", "--no-install-recommends"];
  await run("apt-get", [...download, ...packages], { ...options, purpose: "Downloading Debian packages" });
  note("unpacking");
  for (const file of readdirSync(archives).sort()) {
    if (!file.endsWith(".deb")) continue;
    await run("bash", ["-c", unpackScript, file, root], { ...options, purpose: `Unpacking ${file}` });
  }
  rmSync(archives, { recursive: true });
}

/**
 * Script that unpacks the package `$0` into the folder `$1`. A folder there that is a link stays one, which dpkg-deb by itself
 * would replace: so what a package has in `/bin` comes to lie in `/usr/bin`.
 */
export const unpackScript =
  'set -o pipefail; dpkg-deb --fsys-tarfile "$0" | tar --extract --keep-directory-symlink --directory "$1"';

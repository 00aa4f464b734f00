import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import type { Commands } from "../../settings.ts";
import type { BuildContext } from "../build-context.ts";
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

/** Where the packages come from, and the keys that must have signed them. */
export interface Archive {
  readonly mirror: DebianMirror;
  readonly keyring: string;
}

/**
 * Finds the mirror that this machine uses.
 *
 * @throws UserError where apt, or a Debian mirror or its keys, are missing.
 */
export function findArchive(commands: Commands): Archive {
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
      next: `apt-get install debian-archive-keyring, then: ${commands.up}`,
    });
  }
  return { mirror, keyring };
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
    `Dir::State::lists "${folder}/lists";`,
    `Dir::Cache "${folder}/cache";`,
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

/**
 * Downloads packages and unpacks them into `root`, without installing anything.
 *
 * @param folder for apt's lists and the packages; it can go afterwards.
 */
export async function unpackPackages(
  packages: readonly string[],
  root: string,
  folder: string,
  note: (detail: string) => void,
  context: BuildContext,
): Promise<void> {
  const { mirror } = findArchive(context.commands);
  for (const part of ["state", "lists/partial", "cache/archives/partial", "packages"]) {
    mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  }
  const { stdout: acquire } = await execa("apt-config", ["dump", "Acquire"]);
  writeFileSync(join(folder, "apt.conf"), renderAptConfig(folder, acquire));
  writeFileSync(join(folder, "sources.list"), renderSources(mirror, pinned.debian, debianKeyring));
  const options = {
    context,
    log: "debian",
    cwd: join(folder, "packages"),
    env: { ...process.env, APT_CONFIG: join(folder, "apt.conf"), LC_ALL: "C" },
  };
  note("reading the package lists");
  await run("apt-get", ["update", "--error-on=any"], { ...options, purpose: "Reading Debian's package lists" });
  note(`downloading ${packages.length} packages`);
  await run("apt-get", ["download", ...packages], { ...options, purpose: "Downloading Debian packages" });
  note("unpacking");
  for (const file of readdirSync(options.cwd).sort()) {
    await run("dpkg-deb", ["--extract", file, root], { ...options, purpose: `Unpacking ${file}` });
  }
}

/** The proxies that apt uses, as the environment variables that other programs know them by. */
export async function httpProxies(): Promise<Record<string, string>> {
  const { stdout } = await execa("apt-config", ["dump", "Acquire"]);
  return parseProxies(stdout);
}

/** Proxies in what `apt-config dump Acquire` prints. */
export function parseProxies(dump: string): Record<string, string> {
  const lines = dump.matchAll(/^Acquire::(https?)::Proxy "([^"]+)";$/gim);
  return Object.fromEntries([...lines].map(([, scheme, proxy]) => [`${scheme}_proxy`, proxy ?? ""]));
}

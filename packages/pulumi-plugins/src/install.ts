import { cpSync, linkSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Tools } from "@canary-lab/embedded-cluster/toolchain/tools";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { execa } from "execa";
import { inLab } from "../../../cluster/lab-folder.ts";
import { findPlugin, languageHostBeside, type PluginSource, type PluginSpec, programIn } from "./find.ts";
import { writeWrapper } from "./wrapper.ts";

/** What the engine needs of its environment to find its plugins. */
export interface InstalledPlugins {
  /** The lab's own PULUMI_HOME. */
  readonly pulumiHome: string;
  /** Folders to put in front of PATH. */
  readonly path: readonly string[];
  /** Further environment variables, PULUMI_HOME among them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The versions that the SDK packages in package.json ask for. */
export const providers: readonly PluginSpec[] = [
  { name: "kubernetes", version: "4.34.2" },
  { name: "docker", version: "5.2.0" },
];

/** How long the download's place may take to answer before the network counts as closed, in milliseconds. */
const probeMilliseconds = 3000;

/** How long a download may take, in milliseconds. */
const downloadMilliseconds = 180_000;

/**
 * Sees to it that the engine finds its plugins, which are published as release downloads only: the two providers in the lab's
 * PULUMI_HOME and the language host beside the CLI. A real one is taken where there is one: on PATH, in the user's
 * PULUMI_HOME, by download; then the lab's stand-in is. Which it was is said. A download that cannot be had is tried once for
 * a lab: the stand-in that then lies in its place is found from there on.
 *
 * @param environment the user's environment: PATH, PULUMI_HOME
 */
export async function installPlugins(
  tools: Pick<Tools, "bin" | "node">,
  progress: Pick<Progress, "say">,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<InstalledPlugins> {
  const pulumiHome = makePrivateFolder(inLab("pulumi"));
  const pulumi = join(tools.bin, "pulumi");
  const userHome = environment.PULUMI_HOME ?? join(homedir(), ".pulumi");

  const sources = await Promise.all(
    providers.map(async (spec): Promise<PluginSource> => {
      const found = findPlugin(spec, environment.PATH, userHome, pulumiHome);
      const own = programIn(pulumiHome, spec);
      if (found?.source === "PULUMI_HOME" && found.file !== own) linkTo(found.file, own);
      if (found && found.source !== "stand-in") return found.source;
      if (!found && (await download(spec, pulumi, pulumiHome))) return "download";
      writeWrapper(own, tools.node, spec.name); // an old one too: the lab may have moved
      return "stand-in";
    }),
  );
  const language = installLanguageHost(pulumi, tools.node, join(pulumiHome, "bin"));
  const named = providers.map(({ name, version }, index) => `${name} ${version} (${sources[index]})`);
  progress.say(`engine plugins: ${[...named, `nodejs (${language.source})`].join(", ")}`);
  return {
    pulumiHome,
    path: language.path,
    variables: {
      PULUMI_HOME: pulumiHome,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Or the engine would go looking for a newer one, and fail where there is no way out.
      ...(sources.includes("stand-in") ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
    },
  };
}

/** Puts the user's plugin into the lab's PULUMI_HOME; the folder is real, for the CLI does not follow links to folders. */
function linkTo(target: string, file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameSync(draft, file);
}

/** Lets the CLI fetch a plugin; asks first whether it can, for the CLI itself takes ten seconds to give up. */
async function download(spec: PluginSpec, pulumi: string, pulumiHome: string): Promise<boolean> {
  const cpu = process.arch === "x64" ? "amd64" : process.arch;
  const file = `pulumi-resource-${spec.name}-v${spec.version}-linux-${cpu}.tar.gz`;
  try {
    const signal = AbortSignal.timeout(probeMilliseconds);
    const answer = await fetch(`https://get.pulumi.com/releases/plugins/${file}`, { method: "HEAD", signal });
    if (!answer.ok) return false;
  } catch {
    return false; // no way out
  }
  const { failed } = await execa(pulumi, ["plugin", "install", "resource", spec.name, `v${spec.version}`], {
    env: { PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: downloadMilliseconds,
    reject: false,
    stdin: "ignore",
  });
  return !failed;
}

/**
 * Makes sure of a language host. It belongs beside the CLI, or the engine says at each command where it found it. The CLI's own
 * folder may be the user's, or shared by checkouts: ours goes beside a second name of the CLI in `bin`.
 */
function installLanguageHost(
  pulumi: string,
  node: string,
  bin: string,
): { source: PluginSource; path: readonly string[] } {
  if (languageHostBeside(pulumi).isReal) return { source: "PATH", path: [] };
  ensureCopy(realpathSync(pulumi), join(bin, "pulumi"));
  writeWrapper(join(bin, "pulumi-language-nodejs"), node, "language");
  return { source: "stand-in", path: [bin] };
}

/** A hard link where both are on one disk: the engine looks beside its own file, and follows symbolic links to it. */
function ensureCopy(from: string, to: string): void {
  makePrivateFolder(dirname(to));
  const [source, existing] = [statSync(from), statSync(to, { throwIfNoEntry: false })];
  if (existing && existing.size === source.size && existing.mtimeMs === source.mtimeMs) return;
  const draft = `${to}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  try {
    linkSync(from, draft);
  } catch {
    cpSync(from, draft, { preserveTimestamps: true });
  }
  renameSync(draft, to);
}

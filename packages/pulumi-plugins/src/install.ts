import { cpSync, linkSync, mkdirSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { downloadPlugin } from "./download.ts";
import { findPlugin, languageHostBeside, type PluginSource, type PluginSpec, programIn } from "./find.ts";
import { pluginVersions } from "./versions.ts";
import { writeWrapper } from "./wrapper.ts";

/** Where the plugins are to go, and what they are to use. Paths are absolute. */
export interface InstallOptions {
  /** The folder that becomes the engine's PULUMI_HOME. */
  readonly home: string;
  /** The pulumi CLI. */
  readonly cli: string;
  /** The Node that runs the substitutes. */
  readonly node: string;
  /** Folder where that Node keeps compiled code. */
  readonly compileCache: string;
  /** Called with one line that says which plugins were taken, from where and why. */
  readonly say: (line: string) => void;
  /** The user's environment: PATH, PULUMI_HOME, proxies. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What the engine needs of its environment to find its plugins. */
export interface InstalledPlugins {
  /** Folders to put in front of PATH. */
  readonly path: readonly string[];
  /** Further environment variables, PULUMI_HOME among them. */
  readonly variables: Readonly<Record<string, string>>;
}

const providers: readonly PluginSpec[] = [
  { name: "kubernetes", version: pluginVersions.kubernetes },
  { name: "docker", version: pluginVersions.docker },
];

/** A plugin that is there, and why it is no real one where it is not. */
interface Taken {
  readonly source: PluginSource;
  readonly reason?: string;
}

/**
 * Sees to it that the engine finds its plugins: the two providers in its PULUMI_HOME and the language host beside the CLI. A real
 * one is taken where there is one: on PATH, in the user's PULUMI_HOME, by download. Otherwise it is one of this package. A
 * download that failed is not tried again while the substitute is in its place.
 */
export async function installPlugins(options: InstallOptions): Promise<InstalledPlugins> {
  const { cli, node, compileCache, say, environment = process.env } = options;
  const home = makePrivateFolder(options.home);
  const userHome = environment.PULUMI_HOME ?? join(homedir(), ".pulumi");

  const taken = await Promise.all(
    providers.map(async (spec): Promise<Taken> => {
      const found = findPlugin(spec, environment.PATH, userHome, home);
      const own = programIn(home, spec);
      if (found?.source === "PULUMI_HOME" && found.file !== own) linkTo(found.file, own);
      if (found && found.source !== "substitute") return found;
      const failure = found ? undefined : await downloadPlugin(spec, cli, home, environment);
      if (!found && failure === undefined) return { source: "download" };
      writeWrapper({ file: own, node, plugin: spec.name, compileCache }); // an old one too: the folders may have moved
      const earlier = `of an earlier run; to try the download again: rm -r ${dirname(own)}`;
      return { source: "substitute", reason: failure ?? earlier };
    }),
  );
  const language = installLanguageHost(cli, join(home, "bin"), { node, compileCache });
  const lines = providers.map(({ name, version }, index) => describe(`${name} ${version}`, taken[index] as Taken));
  say(`engine plugins: ${[...lines, describe("nodejs", language)].join(", ")}`);
  return {
    path: language.path,
    variables: {
      PULUMI_HOME: home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Or the engine would go looking for a newer one, and fail where there is no way out.
      ...(taken.some(({ source }) => source === "substitute") && {
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      }),
    },
  };
}

const describe = (plugin: string, { source, reason }: Taken): string =>
  `${plugin} (${reason ? `${source}: ${reason}` : source})`;

/** Puts the user's plugin into our PULUMI_HOME; the folder is real, for the CLI does not follow links to folders. */
function linkTo(target: string, file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.draft`;
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameSync(draft, file);
}

/**
 * Makes sure of a language host. It belongs beside the CLI, or the engine says at each command where it found it. The CLI's own
 * folder may be the user's, or shared by checkouts: ours goes beside a second name of the CLI in `bin`.
 */
function installLanguageHost(
  cli: string,
  bin: string,
  wrapper: { readonly node: string; readonly compileCache: string },
): Taken & { readonly path: readonly string[] } {
  if (languageHostBeside(cli).isReal) return { source: "PATH", path: [] };
  ensureCopy(realpathSync(cli), join(bin, "pulumi"));
  writeWrapper({ file: join(bin, "pulumi-language-nodejs"), plugin: "language", ...wrapper });
  return { source: "substitute", reason: "there is none beside the CLI", path: [bin] };
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

import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { isProgram, onPath } from "@canary-lab/kit/programs";
import { isWrapper } from "./wrapper.ts";

/** A provider plugin in a certain version, without a leading `v`. */
export interface PluginSpec {
  readonly name: "kubernetes" | "docker";
  readonly version: string;
}

/** Where a plugin comes from. The first three are the real one; a substitute is one of this package. */
export type PluginSource = "PATH" | "PULUMI_HOME" | "download" | "substitute";

/** A plugin that is there; `file` is its program. */
export interface FoundPlugin {
  readonly source: PluginSource;
  readonly file: string;
}

/** The name of a plugin's program. */
const programName = ({ name }: PluginSpec): string => `pulumi-resource-${name}`;

/** The program of a plugin below a PULUMI_HOME, laid out as the CLI does. */
export const programIn = (pulumiHome: string, spec: PluginSpec): string =>
  join(pulumiHome, "plugins", `resource-${spec.name}-v${spec.version}`, programName(spec));

/** A wrapper is a few lines; a real plugin is a hundred megabytes, which need not be read. */
const isSubstitute = (file: string): boolean =>
  isProgram(file) && statSync(file).size < 4096 && isWrapper(readFileSync(file, "utf8"));

/**
 * Finds a plugin without a download: on PATH (where the engine itself looks first, whatever the version), in the user's
 * PULUMI_HOME, then in our own, which holds what an earlier run has downloaded or put in its place.
 *
 * @param path the user's PATH
 * @param userHome the user's PULUMI_HOME
 * @param ownHome our PULUMI_HOME
 */
export function findPlugin(
  spec: PluginSpec,
  path: string | undefined,
  userHome: string,
  ownHome: string,
): FoundPlugin | undefined {
  const ambient = onPath(programName(spec), path);
  if (ambient) return { source: "PATH", file: ambient };
  const users = programIn(userHome, spec);
  if (userHome !== ownHome && isProgram(users) && !isSubstitute(users)) return { source: "PULUMI_HOME", file: users };
  const own = programIn(ownHome, spec);
  if (!isProgram(own)) return undefined;
  if (isSubstitute(own)) return { source: "substitute", file: own };
  return { source: lstatSync(own).isSymbolicLink() ? "PULUMI_HOME" : "download", file: own };
}

/**
 * The language host that the engine uses: the one beside its own program, for there it needs no PATH and warns of nothing.
 *
 * @param pulumi path of the CLI, perhaps a link
 * @returns where the host is or belongs, and whether it is a real one already
 */
export function languageHostBeside(pulumi: string): { readonly file: string; readonly isReal: boolean } {
  const file = join(dirname(realpathSync(pulumi)), "pulumi-language-nodejs");
  return { file, isReal: isProgram(file) && !isSubstitute(file) };
}

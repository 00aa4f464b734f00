import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The parts of a package.json that matter to a language host. */
interface PackageFile {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
  };
}

/** A provider plugin that a program needs; `server` is where it is downloaded from if not from Pulumi's own place. */
export interface RequiredPlugin {
  readonly name: string;
  readonly version: string;
  readonly server: string;
}

function readPackage(folder: string): PackageFile | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined; // no package here
  }
}

/** A dependency's package as Node finds it: in the nearest `node_modules` that has it. */
function findInstalled(folder: string, name: string): PackageFile | undefined {
  const found = readPackage(join(folder, "node_modules", name));
  const parent = dirname(folder);
  return found ?? (parent === folder ? undefined : findInstalled(parent, name));
}

/** The names and ranges that the package at or above `folder` asks for. */
function declared(folder: string): [name: string, range: string][] {
  const file = readPackage(folder);
  const parent = dirname(folder);
  if (file) return Object.entries({ ...file.devDependencies, ...file.dependencies });
  return parent === folder ? [] : declared(parent);
}

/** Each package that the program in `folder` asks for, with the version that is installed, or else the range it asks for. */
export const programDependencies = (folder: string): { readonly name: string; readonly version: string }[] =>
  declared(folder).map(([name, range]) => ({ name, version: findInstalled(folder, name)?.version ?? range }));

/**
 * The provider plugins of the packages that the program in `folder` asks for. Knowing them, the engine says that one is
 * missing before it has done anything, and `pulumi install` can fetch it.
 */
export const requiredPlugins = (folder: string): RequiredPlugin[] =>
  declared(folder).flatMap(([name]) => {
    const { version, pulumi } = findInstalled(folder, name) ?? {};
    if (!pulumi?.resource) return [];
    return [
      { name: pulumi.name ?? basename(name), version: pulumi.version ?? version ?? "", server: pulumi.server ?? "" },
    ];
  });

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../cluster/lab-folder.ts";

/** A package from the registry, as npm's lock file has it. */
export interface LockedPackage {
  /** Where npm puts it: `node_modules/fastify`, `node_modules/ajv/node_modules/fast-uri`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, or npm's words where the package has none. */
  readonly license: string;
  /** Of the tarball, such as `sha512-…`. */
  readonly integrity: string | undefined;
  /** Where the tarball is; undefined for the registry that npm is set to. */
  readonly resolved: string | undefined;
  /** Needed for development only. */
  readonly isDevelopment: boolean;
}

interface LockFile {
  readonly packages: Readonly<Record<string, Entry>>;
}

interface Entry extends Partial<Pick<LockedPackage, "version" | "license" | "integrity" | "resolved">> {
  readonly link?: boolean;
  readonly dev?: boolean;
}

/** @param folder from the repository's root */
export function lockedPackages(folder = "."): readonly LockedPackage[] {
  const text = readFileSync(join(repositoryRoot, folder, "package-lock.json"), "utf8");
  return packagesOf(JSON.parse(text) as LockFile);
}

/** Those from the registry: workspaces of the repository are left out. */
export const packagesOf = ({ packages }: LockFile): readonly LockedPackage[] =>
  Object.entries(packages).flatMap(
    ([path, { version = "", license = "none stated", integrity, resolved, link, dev }]) => {
      const [, name] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? [];
      if (name === undefined || link) return [];
      return [{ path, name, version, license, integrity, resolved, isDevelopment: dev === true }];
    },
  );

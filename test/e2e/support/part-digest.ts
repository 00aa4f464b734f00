import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { type Part, testFileOf } from "./parts.ts";
import type { Digests } from "./proved.ts";

/** Follows imports of the repository's own packages, and no further than the names of all others. */
const ownPackagesOnly: Plugin = {
  name: "own-packages-only",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === "entry-point" || path.startsWith("@canary-lab/") ? undefined : { path, external: true },
    ),
};

/** The repository's files and the packages from the registry that some modules consist of. */
interface Dependencies {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** SHA-256 of all that each part and its tests depend on: the text of its files, and the versions of the packages that they import. */
export async function digestsOf(parts: Readonly<Record<string, Part>>, root: string): Promise<Digests> {
  const known = new Map<string, Promise<Dependencies>>();
  // Most parts consist of the same modules, and following those takes most of the time.
  const once = (modules: readonly string[]) => {
    const found = known.get(modules.join()) ?? dependenciesOf(modules, root);
    known.set(modules.join(), found);
    return found;
  };
  const lock = readLock(root);
  const digests = Object.entries(parts).map(async ([name, { modules, data }]) => {
    const followed = await Promise.all([dependenciesOf([testFileOf(name)], root), once(modules)]);
    const files = [...followed.flatMap((each) => each.files), ...data.flatMap((path) => filesIn(path, root))];
    const packages = followed.flatMap((each) => each.packages);
    return [name, digestOf(files, lockedVersions(packages, lock), root)] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

function digestOf(files: readonly string[], versions: readonly string[], root: string): string {
  const hash = createHash("sha256");
  for (const file of [...new Set(files)].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  for (const line of versions) hash.update(`${line}\0`);
  return hash.digest("hex");
}

/** The files of the repository that these modules consist of, themselves and all that they import, and the packages that those import. */
export async function dependenciesOf(modules: readonly string[], root: string): Promise<Dependencies> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [...modules],
    outdir: "not-written",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    loader: { ".json": "copy" },
    plugins: [ownPackagesOnly],
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const packages = imports.filter(({ external }) => external).map(({ path }) => packageOf(path));
  return { files: Object.keys(metafile.inputs).sort(), packages: [...new Set(packages)].sort() };
}

/** `@scope/name/file` is of the package `@scope/name`. */
const packageOf = (path: string): string =>
  path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");

/** Every file of a folder, at any depth, or the one file. */
function filesIn(path: string, root: string): readonly string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
    .map((file) => join(path, file))
    .filter((file) => statSync(join(root, file)).isFile());
}

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

type Lock = Readonly<Record<string, LockedPackage>>;

const readLock = (root: string): Lock => {
  const file = join(root, "package-lock.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
};

/** `name@version` of these packages and of all that they need, by the lock file; what it does not know is part of Node. */
export function lockedVersions(packages: readonly string[], lock: Lock): readonly string[] {
  const found = new Set<string>();
  const follow = (name: string, from: string): void => {
    const places = [from ? `${from}/node_modules/${name}` : "", `node_modules/${name}`];
    const place = places.find((path) => path in lock);
    const locked = place === undefined ? undefined : lock[place];
    if (place === undefined || locked === undefined || found.has(`${place}@${locked.version}`)) return;
    found.add(`${place}@${locked.version}`);
    for (const dependency of Object.keys(locked.dependencies ?? {})) follow(dependency, place);
  };
  for (const name of packages) follow(name, "");
  return [...found].sort();
}

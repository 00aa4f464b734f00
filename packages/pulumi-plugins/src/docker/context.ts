import { createHash, type Hash } from "node:crypto";
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

/** Which files of a build context Docker leaves out. */
interface Exclusion {
  ignores(path: string): boolean;
  /** Whether a folder that is left out may still hold something that is not. */
  mayKeepBelow(folder: string): boolean;
}

/** The patterns of a .dockerignore: a line each, without comments. */
const patternsOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** Reads what to leave out: `<Dockerfile>.dockerignore` where there is one, else the context's own. */
function readExclusion(context: string, dockerfile: string): Exclusion {
  const file = [`${dockerfile}.dockerignore`, join(context, ".dockerignore")].find((path) => existsSync(path));
  const patterns = file ? patternsOf(readFileSync(file, "utf8")) : [];
  const matcher = dockerignore.default().add(patterns);
  const kept = patterns
    .filter((pattern) => pattern.startsWith("!"))
    .map(
      (pattern) =>
        `${pattern
          .slice(1)
          .trim()
          .replace(/^\.?\//, "")}/`,
    );
  return {
    ignores: (path) => matcher.ignores(path),
    mayKeepBelow: (folder) => kept.some((pattern) => pattern.startsWith(`${folder}/`) || pattern.startsWith("**/")),
  };
}

const byName = (left: Dirent, right: Dirent): number => (left.name < right.name ? -1 : 1);

/**
 * The files of a build context that Docker sends to the builder, links among them and folders not, relative to the context and
 * in a stable order. Ignored folders are not walked, so a context with a large `node_modules` costs nothing.
 */
export function contextFiles(context: string, dockerfile: string): string[] {
  const exclusion = readExclusion(context, dockerfile);
  const files: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(join(context, folder), { withFileTypes: true }).sort(byName)) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const ignored = exclusion.ignores(path);
      if (entry.isDirectory()) {
        if (!ignored || exclusion.mayKeepBelow(path)) walk(path);
      } else if (!ignored) files.push(path);
    }
  };
  walk("");
  return files;
}

/** Permissions as `ls` shows them, after the letter of the file's type: `rwxr-xr-x`. */
const permissions = (mode: number): string =>
  [..."rwxrwxrwx"].map((letter, index) => (mode & (0o400 >> index) ? letter : "-")).join("");

/** Adds one file to the digest by name, mode and content; a link's content is where it points. */
function addFile(digest: Hash, name: string, file: string): void {
  const info = lstatSync(file);
  const content = createHash("sha256");
  if (info.isSymbolicLink()) content.update(readlinkSync(file));
  else if (info.isFile()) content.update(readFileSync(file));
  digest.update(name);
  digest.update(`${info.isSymbolicLink() ? "L" : "-"}${permissions(info.mode)}`);
  digest.update(content.digest());
  digest.update("\0");
}

/**
 * A SHA-256 in hex over everything that a build takes from the disk: the Dockerfile, under one name wherever it lies, and the
 * files of the context. It changes exactly when one of them changes in content, name or mode; times do not matter.
 */
export function contextDigest(context: string, dockerfile: string): string {
  const digest = createHash("sha256");
  digest.update("Dockerfile");
  digest.update(createHash("sha256").update(readFileSync(dockerfile)).digest());
  digest.update("\0");
  for (const path of contextFiles(context, dockerfile)) addFile(digest, path, join(context, path));
  return digest.digest("hex");
}

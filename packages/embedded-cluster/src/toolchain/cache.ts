import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  utimesSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import type { Commands } from "../settings.ts";
import { buildCaches, draftsFolder, toolsFolder } from "./build-context.ts";

/** Days after which a unit goes that nobody used. */
const keptDays = 30;

/**
 * Makes the cache folder, private to the user. Root runs the programs in it, so it is refused where somebody else could put
 * others there: by owning it or a folder above it, or by the right to write.
 */
export function makeCache(cache: string, commands: Commands, uid: number = process.getuid?.() ?? 0): void {
  const existing = nearestExisting(cache);
  const places = new Set([...withParents(existing), ...withParents(realpathSync(existing))]);
  for (const place of places) {
    const { mode, uid: owner } = statSync(place);
    const isSticky = (mode & 0o1000) !== 0 && place !== cache; // in such a folder nobody renames what is another's
    const fault =
      owner !== uid && owner !== 0
        ? `It belongs to user ${owner}`
        : (mode & 0o022) !== 0 && !isSticky
          ? `Others may write to it (mode ${(mode & 0o7777).toString(8).padStart(4, "0")})`
          : undefined;
    if (fault === undefined) continue;
    throw new UserError(`The cache folder is not safe for programs that user ${uid} runs. ${fault}.`, {
      place,
      allowed: "folders of this user or of root that nobody else can write to",
      first: "set XDG_CACHE_HOME to such a folder (with sudo: sudo --set-home)",
      next: commands.up,
    });
  }
  makePrivateFolder(toolsFolder(cache));
}

const withParents = (path: string): string[] =>
  path === dirname(path) ? [path] : [path, ...withParents(dirname(path))];

const nearestExisting = (path: string): string => (existsSync(path) ? path : nearestExisting(dirname(path)));

/** Notes that these units are used now: they stay for another {@link keptDays}. Those that are not built are left out. */
export function noteUse(folders: readonly string[], now: Date = new Date()): void {
  for (const folder of folders) if (existsSync(folder)) utimesSync(folder, now, now);
}

/** The units that the programs of a cluster lie in, as folder names: by the links and the wrappers in its `bin`. */
export function unitsUsedBy(bin: string, cache: string): string[] {
  if (!existsSync(bin)) return [];
  const prefix = `${toolsFolder(cache)}/`;
  const names = readdirSync(bin, { withFileTypes: true }).map((entry) => {
    const path = join(bin, entry.name);
    const text = entry.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, "utf8");
    const at = text.indexOf(prefix);
    return at < 0 ? undefined : /^[^/]+/.exec(text.slice(at + prefix.length))?.[0];
  });
  return [...new Set(names.filter((name) => name !== undefined))];
}

/**
 * Sets aside, to be deleted, the units that nobody used for {@link keptDays}, whichever checkout asked for them.
 *
 * @param inUse names of the units that clusters run from, however long ago they were brought up.
 */
export function dropUnused(cache: string, inUse: () => readonly string[], now: Date = new Date()): void {
  const oldest = now.getTime() - keptDays * 24 * 3600 * 1000;
  const folderOf = (name: string) => join(toolsFolder(cache), name);
  const units = readdirSync(toolsFolder(cache), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /-[0-9a-f]{12}$/.test(entry.name))
    .map(({ name }) => name);
  const old = units.filter((name) => statSync(folderOf(name)).mtimeMs < oldest);
  if (old.length === 0) return;
  const kept = new Set(inUse());
  for (const name of old) if (!kept.has(name)) setAside(cache, folderOf(name));
}

/** Folder of what is being deleted. */
const trash = (cache: string): string => join(cache, "deleting");

/** Moves a folder to where {@link deleteInBackground} finds it; takes no time, however much it holds. */
export function setAside(cache: string, folder: string): void {
  if (!existsSync(folder)) return;
  mkdirSync(trash(cache), { recursive: true, mode: 0o700 });
  renameSync(folder, join(trash(cache), `${basename(folder)}.${process.pid}.${Date.now()}`));
}

/** The lock that is held while something is built. */
export const buildLock = (cache: string): string => join(toolsFolder(cache), "lock");

/** The lock that is held while it is said which units are used, and which go. */
export const useLock = (cache: string): string => join(toolsFolder(cache), "use.lock");

/**
 * Deletes what was set aside, and the caches and drafts of a build that was killed, in a process of its own: some hundred
 * thousand files take a quarter of a minute, and nobody has to wait for it. Caches of a build that runs are left alone.
 */
export function deleteInBackground(cache: string): void {
  const [building, drafts] = [buildCaches(cache), draftsFolder(cache)];
  mkdirSync(trash(cache), { recursive: true, mode: 0o700 });
  if (readdirSync(trash(cache)).length === 0 && !existsSync(building) && !existsSync(drafts)) return;
  const script = `
    umask 077
    exec 9>>"$2"
    # Under the lock that a build holds: while there is one, its folders stay.
    if flock --nonblock 9 && [ "$2" -ef /proc/$$/fd/9 ]; then
      for folder in "$3" "$4"; do [ ! -e "$folder" ] || mv "$folder" "$1/$$.$(basename "$folder")"; done
      rm -f "$2"
    fi
    exec 9>&-
    exec rm -rf "$1"/* # the folder itself stays: another run may be about to move something into it
  `;
  const args = [trash(cache), buildLock(cache), building, drafts];
  spawn("nice", ["-n", "19", "sh", "-c", script, "sh", ...args], { detached: true, stdio: "ignore" }).unref();
}

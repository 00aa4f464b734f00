import { accessSync, constants } from "node:fs";
import { delimiter } from "node:path";
import which from "which";

/** Whether this user can run `file`. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program on a PATH, as the shell would find it; an empty entry is not the current folder. */
export function onPath(program: string, path: string | undefined): string | undefined {
  const folders = (path ?? "").split(delimiter).filter(Boolean);
  if (folders.length === 0) return undefined;
  return which.sync(program, { path: folders.join(delimiter), nothrow: true }) ?? undefined;
}

/** A text as one word of a POSIX shell, whatever it holds; in quotes only where it needs them. */
export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether this user can run `file`. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A text as one word of a POSIX shell, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A program on a PATH, as the shell would find it. */
export const onPath = (program: string, path: string | undefined): string | undefined =>
  (path ?? "")
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find(isProgram);

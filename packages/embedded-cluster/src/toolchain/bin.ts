import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** What the folder of programs holds: a link to a file, or a script. */
export type BinEntry = { readonly link: string } | { readonly script: string };

/**
 * Makes `folder` hold exactly these programs. Each entry changes in one step and only where it differs, so a lab that runs from
 * this folder never misses a program.
 */
export function fillBin(folder: string, entries: Readonly<Record<string, BinEntry>>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) if (!(name in entries)) rmSync(join(folder, name), { recursive: true });
  for (const [name, entry] of Object.entries(entries)) {
    const path = join(folder, name);
    if (isSame(path, entry)) continue;
    const draft = join(folder, `.${name}.${process.pid}`);
    rmSync(draft, { force: true });
    if ("link" in entry) symlinkSync(entry.link, draft);
    else {
      writeFileSync(draft, entry.script);
      chmodSync(draft, 0o755);
    }
    renameSync(draft, path);
  }
}

function isSame(path: string, entry: BinEntry): boolean {
  try {
    return "link" in entry ? readlinkSync(path) === entry.link : readFileSync(path, "utf8") === entry.script;
  } catch {
    return false; // not there, or of the other kind
  }
}

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { inLab } from "../../../../cluster/lab-folder.ts";

/** Something that is made once, in a folder of its own: `.lab/tools/<name>-<key>`. */
export interface Part {
  readonly name: string;
  /** Stage under which it is made; stable, for it keys the duration of last time. */
  readonly stage: string;
  /** Hash of all that the result depends on. */
  readonly key: string;
  /** Paths inside the folder that must be there for the part to stand. */
  readonly outputs: readonly string[];
  /** Wall time of making it on two cores. */
  readonly seconds: number;
  /** Disk that making it takes at its peak, caches included. */
  readonly gigabytes: number;
  /** Fills an empty folder. It may be killed at any moment. */
  make(folder: string, note: (detail: string) => void): Promise<void>;
}

const drafts = () => inLab("tools", "drafts");

/** A short name for a content: 12 hexadecimal digits. Strings that are joined otherwise give another key. */
export function keyOf(...contents: readonly string[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(`${Buffer.byteLength(content)}:${content}`);
  return hash.digest("hex").slice(0, 12);
}

/** Where a part stands once it is made. */
export const folderOf = (part: Pick<Part, "name" | "key">): string => inLab("tools", `${part.name}-${part.key}`);

/** Whether a part has been made, whole. */
export const stands = (part: Part): boolean => part.outputs.every((output) => existsSync(join(folderOf(part), output)));

/**
 * Makes a part. It appears whole or not at all: what a killed run leaves is only a draft.
 *
 * @param after names of the parts that come after it, shown as what remains.
 */
export async function makePart(part: Part, after: readonly string[], progress: Progress): Promise<void> {
  await progress.stage(part.stage, async (write) => {
    const note = (detail: string) =>
      write([detail, ...(after.length > 0 ? [`then ${after.join(", ")}`] : [])].join(" · "));
    const draft = join(makePrivateFolder(drafts()), `${part.name}-${part.key}`);
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    await part.make(draft, note);
    const missing = part.outputs.filter((output) => !existsSync(join(draft, output)));
    if (missing.length > 0) throw new Error(`${part.stage} did not make ${missing.join(", ")}`);
    rmSync(folderOf(part), { recursive: true, force: true }); // one that stood, but not whole
    renameSync(draft, folderOf(part));
  });
}

/** Drops what no current part owns: drafts of killed runs, and parts of versions that are no longer asked for. */
export function dropOthers(parts: readonly Part[]): void {
  const keep = new Set(parts.map((part) => `${part.name}-${part.key}`));
  for (const entry of readdirSync(inLab("tools"), { withFileTypes: true })) {
    const isPart = entry.isDirectory() && /-[0-9a-f]{12}$/.test(entry.name);
    if ((isPart && !keep.has(entry.name)) || entry.name === "drafts") {
      rmSync(inLab("tools", entry.name), { recursive: true, force: true });
    }
  }
}

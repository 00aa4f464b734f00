import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { draftsFolder, toolsFolder } from "./build-context.ts";
import { noteUse } from "./cache.ts";

/** Something that is made once, in a folder of its own: `<cache>/tools/<name>-<key>`. */
export interface BuildUnit {
  readonly name: string;
  /** Stage under which it is made; stable, for it keys the duration of last time. */
  readonly stage: string;
  /** Why it is made here, where it could have been had otherwise. */
  readonly why?: string;
  /** Hash of all that the result depends on. */
  readonly key: string;
  /** Paths inside the folder that must be there for the unit to be complete. */
  readonly outputs: readonly string[];
  /** Wall time of making it on two cores. */
  readonly seconds: number;
  /** Disk that making it takes at its peak, caches included. */
  readonly gigabytes: number;
  /** Fills an empty folder. It may be killed at any moment. */
  make(folder: string, note: (detail: string) => void): Promise<void>;
}

/** A short name for a content: 12 hexadecimal digits. Strings that are joined otherwise give another key. */
export function keyOf(...contents: readonly string[]): string {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(`${Buffer.byteLength(content)}:${content}`);
  return hash.digest("hex").slice(0, 12);
}

/** Where a unit stands once it is made. */
export const unitFolder = (cache: string, unit: Pick<BuildUnit, "name" | "key">): string =>
  join(toolsFolder(cache), `${unit.name}-${unit.key}`);

/** Whether a unit has been made, whole. */
export const isBuilt = (cache: string, unit: BuildUnit): boolean =>
  unit.outputs.every((output) => existsSync(join(unitFolder(cache, unit), output)));

/**
 * Makes a unit. It appears whole or not at all: what a killed run leaves is only a draft.
 *
 * @param after names of the units that come after it, shown as what remains.
 */
export async function makeUnit(
  cache: string,
  unit: BuildUnit,
  after: readonly string[],
  progress: Progress,
): Promise<void> {
  await progress.stage(
    unit.stage,
    async (write) => {
      const note = (detail: string) =>
        write([detail, ...(after.length > 0 ? [`then ${after.join(", ")}`] : [])].join(" · "));
      const draft = join(makePrivateFolder(draftsFolder(cache)), `${unit.name}-${unit.key}`);
      rmSync(draft, { recursive: true, force: true });
      mkdirSync(draft, { mode: 0o700 });
      await unit.make(draft, note);
      const missing = unit.outputs.filter((output) => !existsSync(join(draft, output)));
      if (missing.length > 0) throw new Error(`${unit.stage} did not make ${missing.join(", ")}`);
      rmSync(unitFolder(cache, unit), { recursive: true, force: true }); // one that was there, but not whole
      noteUse([draft]); // an unpacked archive has given its folder a date of its own
      renameSync(draft, unitFolder(cache, unit));
    },
    unit.seconds,
  );
}

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The first file `<digest>/data` below a registry's folder of blobs whose content is not what its SHA-256 says. */
export function findDamagedBlob(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const blobs = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.name === "data");
  return blobs
    .map((entry) => join(entry.parentPath, entry.name))
    .find((file) => createHash("sha256").update(readFileSync(file)).digest("hex") !== basename(join(file, "..")));
}

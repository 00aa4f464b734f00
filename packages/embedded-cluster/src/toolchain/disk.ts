import { existsSync, statfsSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import type { Part } from "./part.ts";

/** Kept free beside what the parts need, in GB: a node whose disk fills up stops working. */
const reserve = 2;

/**
 * Why the parts cannot be made on this disk; undefined where they can.
 *
 * @param free space that is free, in GB.
 * @param cached what an interrupted run has put into the caches already, in GB: it need not be there twice.
 */
export function diskProblem(parts: readonly Part[], free: number, cached: number): UserError | undefined {
  const needed = parts.reduce((sum, part) => sum + part.gigabytes, 0);
  const missing = Math.max(0, needed - cached) + (needed > 0 ? reserve : 0);
  if (free >= missing) return undefined;
  return new UserError(
    `The disk is nearly full: making ${parts.map((part) => part.name).join(", ")} takes ${missing.toFixed(1)} GB, and ${free.toFixed(1)} GB are free.`,
    {
      place: ".lab",
      allowed: "most of it is needed only while building: at most 4 GB stay",
      next: "Free some disk space, or make .lab a link to a folder on a larger disk; then: npx canaryctl up",
    },
  );
}

/** Free space for the user on the disk that holds `folder`, in GB. */
export function freeGigabytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / 1e9;
}

/** Size of a folder on the disk, in GB; 0 where there is none. */
export async function sizeInGigabytes(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const { stdout } = await execa("du", ["--summarize", "--block-size=1", folder], { reject: false });
  return Number.parseInt(stdout, 10) / 1e9;
}

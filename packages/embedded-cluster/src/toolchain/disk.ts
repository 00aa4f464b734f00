import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import type { Commands } from "../settings.ts";
import type { BuildUnit } from "./build-unit.ts";

/** Kept free beside what the units need, in GB: a node whose disk fills up stops working. */
const reserve = 2;

/** What stays of a cluster with Istio when its tools are made, in GB: the tools, its images and its state. */
export const keptGigabytes = 2.5;

/**
 * Why the units cannot be made on this disk; undefined where they can.
 *
 * @param disk.free space that is free, in GB.
 * @param disk.cached what an interrupted run has put into the caches already, in GB: it need not be there twice.
 * @param place the cache folder.
 */
export function diskProblem(
  units: readonly BuildUnit[],
  { free, cached }: { readonly free: number; readonly cached: number },
  place: string,
  { up }: Commands,
): UserError | undefined {
  const needed = units.reduce((sum, unit) => sum + unit.gigabytes, 0);
  const missing = Math.max(0, needed - cached) + (needed > 0 ? reserve : 0);
  if (free >= missing) return undefined;
  return new UserError(
    `The disk is nearly full: making ${units.map((unit) => unit.name).join(", ")} takes ${missing.toFixed(1)} GB, and ${free.toFixed(1)} GB are free.`,
    {
      place,
      allowed: `most of it is needed only while building: about ${keptGigabytes} GB stay`,
      first: "free some disk space, or make that folder a link to one on a larger disk",
      next: up,
    },
  );
}

/** Free space for the user on the disk that holds `folder`, or will hold it, in GB. */
export function freeGigabytes(folder: string): number {
  if (!existsSync(folder)) return freeGigabytes(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  return (bavail * bsize) / 1e9;
}

/** Size of a folder on the disk, in GB; 0 where there is none. */
export async function sizeInGigabytes(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  const { stdout } = await execa("du", ["--summarize", "--block-size=1", folder], { reject: false });
  return Number.parseInt(stdout, 10) / 1e9;
}

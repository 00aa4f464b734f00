import { realpathSync } from "node:fs";
import { join } from "node:path";
import { type Durations, readDurations } from "@canary-lab/kit/durations";
import { programVersion } from "@canary-lab/kit/program-version";
import { onPath } from "@canary-lab/kit/programs";
import type { BuildUnit } from "./build-unit.ts";
import type { Recipe } from "./recipes/recipe.ts";

/**
 * What is said before anything is made: how long it should take, and a line for each unit.
 *
 * @param lasted seconds that stages took last time on this machine, by their names.
 * @param lanes the units in lanes that run side by side; each lane makes one unit after the other.
 */
export function renderPlan(lanes: readonly (readonly BuildUnit[])[], lasted: Durations): readonly string[] {
  const units = lanes.flat();
  const expected = (unit: BuildUnit) => lasted[unit.stage] ?? unit.seconds;
  const total = expectedSeconds(lanes, lasted);
  const source = units.every((unit) => unit.stage in lasted) ? "as last time" : "on two cores";
  return [
    `Tools to make, once: ${units.length}, in about ${inWords(total)} ${source}.`,
    ...units.map((unit) => `  ${unit.stage}: ${inWords(expected(unit))}${unit.why ? ` (${unit.why})` : ""}`),
  ];
}

const inWords = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** How long lanes that run side by side should take: as long as the longest. */
export const expectedSeconds = (lanes: readonly (readonly BuildUnit[])[], lasted: Durations): number =>
  Math.max(0, ...lanes.map((lane) => lane.reduce((sum, unit) => sum + (lasted[unit.stage] ?? unit.seconds), 0)));

/** Where the progress of whoever uses the cluster keeps how long each stage took. */
export const durationsFile = (home: string): string => join(home, "durations.json");

/** Durations of last time; empty before the first run. */
export const lastDurations = (home: string): Durations => readDurations(durationsFile(home));

/**
 * The user's own program, where PATH has it in exactly the pinned version.
 *
 * @param own folders of the cluster's own programs, which may be on PATH too.
 */
export async function findOnPath(
  recipe: Recipe,
  own: readonly string[],
  path = process.env.PATH ?? "",
): Promise<string | undefined> {
  if (recipe.onPath === undefined) return undefined;
  const file = onPath(recipe.name, path);
  if (file === undefined || own.some((folder) => realpathSync(file).startsWith(`${folder}/`))) return undefined;
  const { args, version } = recipe.onPath;
  return (await programVersion(file, args)) === version ? file : undefined;
}

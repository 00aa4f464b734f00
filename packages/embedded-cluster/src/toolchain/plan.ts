import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "@canary-lab/kit/programs";
import { execa } from "execa";
import type { BuildUnit } from "./build-unit.ts";
import type { Recipe } from "./recipes/recipe.ts";

/**
 * What is said before anything is made: how long it should take, and a line for each unit.
 *
 * @param lasted seconds that stages took last time on this machine, by their names.
 * @param lanes the units in lanes that run side by side; each lane makes one unit after the other.
 */
export function renderPlan(
  lanes: readonly (readonly BuildUnit[])[],
  lasted: Readonly<Record<string, number>>,
): readonly string[] {
  const units = lanes.flat();
  const expected = (unit: BuildUnit) => lasted[unit.stage] ?? unit.seconds;
  const total = Math.max(...lanes.map((lane) => lane.reduce((sum, unit) => sum + expected(unit), 0)));
  const source = units.every((unit) => unit.stage in lasted) ? "as last time" : "on two cores";
  return [
    `Tools to make, once: ${units.length}, in about ${inWords(total)} ${source}.`,
    ...units.map((unit) => `  ${unit.stage}: ${inWords(expected(unit))}${unit.why ? ` (${unit.why})` : ""}`),
  ];
}

const inWords = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** Durations of last time, as the progress display keeps them; empty before the first run. */
export function lastDurations(home: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(join(home, "durations.json"), "utf8"));
  } catch {
    return {};
  }
}

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
  const { stdout } = await execa(file, recipe.onPath.args, { reject: false });
  return stdout?.trim() === recipe.onPath.prints ? file : undefined;
}

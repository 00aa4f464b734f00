import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { inLab } from "../../../../cluster/lab-folder.ts";
import type { Part } from "./part.ts";
import type { Recipe } from "./recipes/recipe.ts";

/**
 * What is said before anything is made: the parts, and how long it should take.
 *
 * @param lasted seconds that stages took last time on this machine, by their names.
 * @param lanes the parts in lanes that run side by side; each lane makes one part after the other.
 */
export function renderPlan(lanes: readonly (readonly Part[])[], lasted: Readonly<Record<string, number>>): string {
  const expected = (part: Part) => lasted[part.stage] ?? part.seconds;
  const total = Math.max(...lanes.map((lane) => lane.reduce((sum, part) => sum + expected(part), 0)));
  const names = lanes.flat().map((part) => `${part.name} ${inWords(expected(part))}`);
  const source = lanes.flat().every((part) => part.stage in lasted) ? "as last time" : "on two cores";
  return `Tools to make, once: ${names.join(", ")}; about ${inWords(total)} in all ${source}.`;
}

const inWords = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** Durations of last time, as the progress display keeps them; empty before the first run. */
export function lastDurations(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(inLab("durations.json"), "utf8"));
  } catch {
    return {};
  }
}

/** The user's own program, where PATH has it in exactly the pinned version. */
export async function findOnPath(recipe: Recipe, path = process.env.PATH ?? ""): Promise<string | undefined> {
  if (recipe.onPath === undefined) return undefined;
  const file = path
    .split(delimiter)
    .map((folder) => join(folder, recipe.name))
    .find((candidate) => existsSync(candidate));
  if (file === undefined || realpathSync(file).startsWith(inLab("tools"))) return undefined; // the lab's own
  const { stdout } = await execa(file, recipe.onPath.args, { reject: false });
  return stdout?.trim() === recipe.onPath.prints ? file : undefined;
}

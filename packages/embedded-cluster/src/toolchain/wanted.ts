import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AddOn } from "../add-ons.ts";
import { nodeLayout } from "../node/layout.ts";
import type { EmbeddedClusterSettings } from "../settings.ts";
import { type BuildContext, toolsFolder } from "./build-context.ts";
import { type BuildUnit, isBuilt } from "./build-unit.ts";
import { baseUnit } from "./debian/base.ts";
import { debianUnit } from "./debian/debian.ts";
import { envoyUnit } from "./download/envoy.ts";
import { chooseGo, type Go } from "./go/go.ts";
import { goUnit, moduleFolder } from "./go/go-build.ts";
import { findOnPath } from "./plan.ts";
import type { Units } from "./present.ts";
import type { Recipe } from "./recipes/recipe.ts";
import { recipes, recipesFor } from "./recipes/recipes.ts";

/** The units of a cluster. */
export interface WantedUnits {
  /** All of them, also those that nobody asked for. */
  readonly units: Units;
  /** Those that are asked for: tools, and what comes from Debian and PyPI. */
  readonly tools: Units["go"];
  readonly system: readonly BuildUnit[];
  readonly go: Go;
}

/** What a cluster with these add-ons is made of. Nothing is made or downloaded. */
export async function wantedUnits(
  settings: EmbeddedClusterSettings,
  addOns: readonly AddOn[],
  context: BuildContext,
): Promise<WantedUnits> {
  const all = [...recipes, ...(settings.recipes ?? [])];
  const goMods = all.map((recipe) => readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8"));
  const go = await chooseGo(goMods, context);
  const units: Units = {
    go: all.map((recipe) => ({ recipe, unit: goUnit(recipe, go, undefined, context) })),
    debian: debianUnit(context),
    base: baseUnit(context),
    envoy: envoyUnit(context),
  };
  const asks = (...names: readonly AddOn[]) => names.some((name) => addOns.includes(name));
  const system = [
    units.debian,
    ...(asks("istio", "node-image") ? [units.base] : []),
    ...(asks("istio") ? [units.envoy] : []),
  ];
  const tools = units.go.filter(({ recipe }) => recipesFor(addOns, all).includes(recipe));
  return { units, tools, system, go };
}

/** What is asked for and is neither in the cache nor among the user's programs. */
export const missingOf = ({ tools, system }: WantedUnits, cache: string, users: ReadonlyMap<Recipe, string>) => ({
  recipes: tools.filter(({ recipe, unit }) => !users.has(recipe) && !isBuilt(cache, unit)).map(({ recipe }) => recipe),
  system: system.filter((unit) => !isBuilt(cache, unit)),
});

/** Programs that the user has in the pinned version already; not asked for where the cluster's own is in the cache. */
export async function programsOfUser(
  { tools }: WantedUnits,
  { home, cache }: EmbeddedClusterSettings,
): Promise<ReadonlyMap<Recipe, string>> {
  const { bin } = nodeLayout(home);
  const found = new Map<Recipe, string>();
  for (const { recipe, unit } of tools) {
    const file = isBuilt(cache, unit) ? undefined : await findOnPath(recipe, [bin, toolsFolder(cache)]);
    if (file !== undefined) found.set(recipe, file);
  }
  return found;
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "@canary-lab/kit/lock";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { execa } from "execa";
import type { AddOn } from "../add-ons.ts";
import { nodeLayout } from "../node/layout.ts";
import type { EmbeddedClusterSettings } from "../settings.ts";
import { buildMissing } from "./build.ts";
import { buildCaches, buildContext, toolsFolder } from "./build-context.ts";
import { dropOthers, isBuilt } from "./build-unit.ts";
import { baseUnit } from "./debian/base.ts";
import { debianUnit } from "./debian/debian.ts";
import { envoyUnit } from "./download/envoy.ts";
import { chooseGo } from "./go/go.ts";
import { goUnit, moduleFolder } from "./go/go-build.ts";
import { findOnPath, lastDurations } from "./plan.ts";
import { presentTools, type Units } from "./present.ts";
import type { Recipe } from "./recipes/recipe.ts";
import { recipes, recipesFor } from "./recipes/recipes.ts";
import type { Tools } from "./tools.ts";

/**
 * Everything that the embedded cluster runs on. What is missing is taken from PATH, downloaded or built, each unit once; what
 * stands is reused, and then this takes a fraction of a second. A run that is killed leaves nothing half: the next goes on.
 *
 * @param addOns what is asked for beside the plain cluster; tools of others stay where they stand, and are not made.
 * @throws UserError where the disk is too full, Python (and with it Go) is missing, or a unit cannot be made.
 */
export async function ensureTools(
  settings: EmbeddedClusterSettings,
  progress: Progress,
  addOns: readonly AddOn[],
): Promise<Tools> {
  const failing = new AbortController();
  const { home, cache } = settings;
  const { bin } = nodeLayout(home);
  const context = buildContext(settings, failing.signal);
  const goMods = recipes.map((recipe) => readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8"));
  const go = await chooseGo(goMods, context);
  const debian = debianUnit(context);
  const units: Units = {
    go: recipes.map((recipe) => ({ recipe, unit: goUnit(recipe, go, undefined, context) })),
    debian,
    base: baseUnit(debian, context),
    envoy: envoyUnit(context),
  };
  const users = await programsOfUser(units, cache, bin);
  const wanted = recipesFor(addOns);
  const toBuild = () =>
    units.go
      .filter(({ recipe, unit }) => wanted.includes(recipe) && !users.has(recipe) && !isBuilt(cache, unit))
      .map(({ recipe }) => recipe);
  const system = () => [units.debian, units.base, units.envoy].filter((unit) => !isBuilt(cache, unit));
  const isComplete = () => toBuild().length === 0 && system().length === 0;

  // A run that was killed at its very end leaves all units, and gigabytes of caches.
  if (!isComplete() || existsSync(buildCaches(cache))) {
    makePrivateFolder(toolsFolder(cache));
    const waiting = () => progress.say("Another run is making the tools: waiting for it.");
    await withLock(join(toolsFolder(cache), "lock"), waiting, async () => {
      if (!isComplete()) {
        const missing = { recipes: toBuild(), system: system(), go };
        await buildMissing(missing, context, progress, lastDurations(home), (error) => failing.abort(error));
      }
      dropOthers(cache, [...units.go.map(({ unit }) => unit), units.debian, units.base, units.envoy]);
      // `rm` takes half the time that Node does for some hundred thousand files.
      await progress.stage("drop build caches", () => execa("rm", ["-rf", buildCaches(cache)]));
    });
  }
  return presentTools(units, cache, bin, users);
}

/** Programs that the user has in the pinned version already; not asked for where the cluster's own stands. */
async function programsOfUser(units: Units, cache: string, bin: string): Promise<ReadonlyMap<Recipe, string>> {
  const found = new Map<Recipe, string>();
  for (const { recipe, unit } of units.go) {
    const file = isBuilt(cache, unit) ? undefined : await findOnPath(recipe, [bin, toolsFolder(cache)]);
    if (file !== undefined) found.set(recipe, file);
  }
  return found;
}

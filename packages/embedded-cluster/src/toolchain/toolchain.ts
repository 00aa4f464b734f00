import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "@canary-lab/kit/lock";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import type { Progress } from "@canary-lab/kit/progress";
import { inLab } from "../../../../cluster/lab-folder.ts";
import type { PlatformPart } from "../../../../cluster/target.ts";
import { cacheFolder, dropCache } from "./cache.ts";
import { basePart } from "./debian/base.ts";
import { debianPart } from "./debian/debian.ts";
import { envoyPart } from "./download/envoy.ts";
import { chooseGo } from "./go/go.ts";
import { goPart, moduleFolder } from "./go/go-build.ts";
import { makeMissing } from "./make.ts";
import { dropOthers, stands } from "./part.ts";
import { findOnPath } from "./plan.ts";
import { type Parts, presentTools } from "./present.ts";
import type { Recipe } from "./recipes/recipe.ts";
import { recipes, recipesFor } from "./recipes/recipes.ts";
import type { Tools } from "./tools.ts";

/**
 * Everything that the embedded target cluster runs on. What is missing is taken from PATH, downloaded or built, each part once; what
 * stands is reused, and then this takes a fraction of a second. A run that is killed leaves nothing half: the next goes on.
 *
 * @param platform the parts of the platform that are asked for; tools of others stay where they stand, and are not made.
 * @throws UserError where the disk is too full, Python (and with it Go) is missing, or a part cannot be made.
 */
export async function ensureTools(progress: Progress, platform: readonly PlatformPart[]): Promise<Tools> {
  const failing = new AbortController();
  const workshop = { signal: failing.signal };
  const goMods = recipes.map((recipe) => readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8"));
  const go = await chooseGo(goMods, workshop);
  const debian = debianPart(workshop);
  const parts: Parts = {
    go: recipes.map((recipe) => ({ recipe, part: goPart(recipe, go, undefined, workshop) })),
    debian,
    base: basePart(debian, workshop),
    envoy: envoyPart(workshop),
  };
  const users = await programsOfUser(parts);
  const wanted = recipesFor(platform);
  const toBuild = () =>
    parts.go
      .filter(({ recipe, part }) => wanted.includes(recipe) && !users.has(recipe) && !stands(part))
      .map(({ recipe }) => recipe);
  const system = () => [parts.debian, parts.base, parts.envoy].filter((part) => !stands(part));
  const isComplete = () => toBuild().length === 0 && system().length === 0;

  // A run that was killed at its very end leaves all parts, and gigabytes of caches.
  if (!isComplete() || existsSync(cacheFolder())) {
    makePrivateFolder(inLab("tools"));
    const waiting = () => progress.say("Another run is making the tools: waiting for it.");
    await withLock(inLab("tools", "lock"), waiting, async () => {
      if (!isComplete()) await makeMissing({ recipes: toBuild(), system: system(), go }, progress, failing);
      dropOthers([...parts.go.map(({ part }) => part), parts.debian, parts.base, parts.envoy]);
      await progress.stage("drop build caches", dropCache);
    });
  }
  return presentTools(parts, users);
}

/** Programs that the user has in the pinned version already; not asked for where the lab's own stands. */
async function programsOfUser(parts: Parts): Promise<ReadonlyMap<Recipe, string>> {
  const found = new Map<Recipe, string>();
  for (const { recipe, part } of parts.go) {
    const file = stands(part) ? undefined : await findOnPath(recipe);
    if (file !== undefined) found.set(recipe, file);
  }
  return found;
}

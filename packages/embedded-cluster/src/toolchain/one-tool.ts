import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "@canary-lab/kit/lock";
import type { Progress } from "@canary-lab/kit/progress";
import type { EmbeddedClusterSettings } from "../settings.ts";
import { buildMissing } from "./build.ts";
import { buildContext } from "./build-context.ts";
import { isBuilt, unitFolder } from "./build-unit.ts";
import { deleteInBackground, makeCache, noteUse, useLock } from "./cache.ts";
import { chooseGo } from "./go/go.ts";
import { goUnit, moduleFolder } from "./go/go-build.ts";
import { lastDurations } from "./plan.ts";
import type { Recipe } from "./recipes/recipe.ts";
import { buildOnce } from "./toolchain.ts";

/**
 * One tool, apart from any cluster: for who needs a program and no node. It shares the cache with the clusters.
 *
 * @returns the folder that its programs are in
 * @throws UserError where it can neither be downloaded nor built
 */
export async function ensureTool(
  recipe: Recipe,
  settings: Pick<EmbeddedClusterSettings, "home" | "cache" | "commands">,
  progress: Progress,
): Promise<string> {
  const { home, cache, commands } = settings;
  makeCache(cache, commands);
  const failing = new AbortController();
  const context = buildContext(settings, failing.signal);
  const go = await chooseGo([readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8")], context);
  const unit = goUnit(recipe, go, undefined, context);
  const folder = unitFolder(cache, unit);
  await withLock(
    useLock(cache),
    () => {},
    async () => noteUse([folder]),
  );
  const waiting = () => progress.say("Another run is making tools: waiting for it.");
  await buildOnce(
    cache,
    () => isBuilt(cache, unit),
    waiting,
    () =>
      buildMissing({ recipes: [recipe], system: [], go }, context, progress, lastDurations(home), (error) =>
        failing.abort(error),
      ),
  );
  deleteInBackground(cache);
  return folder;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "@canary-lab/kit/lock";
import type { Progress } from "@canary-lab/kit/progress";
import { execa } from "execa";
import type { AddOn } from "../add-ons.ts";
import { nodeLayout } from "../node/layout.ts";
import { markedProcesses } from "../node/supervision/proc.ts";
import type { EmbeddedClusterSettings } from "../settings.ts";
import { buildMissing } from "./build.ts";
import { buildCaches, buildContext, draftsFolder, toolsFolder } from "./build-context.ts";
import { isBuilt, makeUnit, unitFolder } from "./build-unit.ts";
import {
  buildLock,
  deleteInBackground,
  dropUnused,
  makeCache,
  noteUse,
  setAside,
  unitsUsedBy,
  useLock,
} from "./cache.ts";
import { baseUnit } from "./debian/base.ts";
import { debianUnit } from "./debian/debian.ts";
import { envoyUnit } from "./download/envoy.ts";
import { chooseGo } from "./go/go.ts";
import { goUnit, moduleFolder } from "./go/go-build.ts";
import { findOnPath, lastDurations } from "./plan.ts";
import { presentSystemPrograms, presentTools, type Units } from "./present.ts";
import type { Recipe } from "./recipes/recipe.ts";
import { recipes, recipesFor } from "./recipes/recipes.ts";
import type { Tools } from "./tools.ts";

/**
 * Everything that the cluster runs on. What is missing is taken from PATH, downloaded or built, each unit once; what the cache
 * has is reused, and then this takes a fraction of a second. A run that is killed leaves nothing half: the next goes on.
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
  const { home, cache, commands } = settings;
  const { bin } = nodeLayout(home);
  makeCache(cache, commands);
  const context = buildContext(settings, failing.signal);
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
  const wanted = units.go.filter(({ recipe }) => recipesFor(addOns, all).includes(recipe));

  // First it is said what is used, then looked whether it is there: another run drops only what nobody said it uses.
  await withLock(
    useLock(cache),
    () => {},
    async () => {
      noteUse([...wanted.map(({ unit }) => unit), ...system].map((unit) => unitFolder(cache, unit)));
      dropUnused(cache, () => markedProcesses().flatMap((process) => unitsUsedBy(nodeLayout(process.home).bin, cache)));
    },
  );
  const users = await programsOfUser(wanted, cache, bin);
  for (const [{ name }, file] of users) progress.say(`${name}: ${file}, which is of the pinned version, is taken`);
  const missing = () => ({
    recipes: wanted
      .filter(({ recipe, unit }) => !users.has(recipe) && !isBuilt(cache, unit))
      .map(({ recipe }) => recipe),
    system: system.filter((unit) => !isBuilt(cache, unit)),
  });
  const isComplete = () => Object.values(missing()).every((list) => list.length === 0);
  await buildOnce(cache, isComplete, waitingFor(progress), () => {
    const fail = (error: unknown) => failing.abort(error);
    return buildMissing({ ...missing(), go }, context, progress, lastDurations(home), fail);
  });
  deleteInBackground(cache);
  return presentTools(units, cache, bin, users);
}

/**
 * Builds what is missing, while no other run on this cache does. A run that had to wait looks again: the other one may have built
 * the same. What only the build needed is set aside.
 */
export async function buildOnce(
  cache: string,
  isComplete: () => boolean,
  waiting: () => void,
  build: () => Promise<void>,
): Promise<void> {
  if (isComplete()) return;
  await withLock(buildLock(cache), waiting, async () => {
    if (isComplete()) return;
    await build();
    setAside(cache, buildCaches(cache));
    setAside(cache, draftsFolder(cache));
  });
}

const waitingFor = (progress: Progress) => () => progress.say("Another run is making the tools: waiting for it.");

/**
 * Makes sure of `ip` and `iptables` in the cluster's folder of programs: what taking a node off the machine needs, where the folder was
 * deleted.
 */
export async function ensureSystemPrograms(settings: EmbeddedClusterSettings, progress: Progress): Promise<void> {
  const { home, cache, commands } = settings;
  const { bin } = nodeLayout(home);
  const { failed } = await execa(join(bin, "iptables-save"), ["--version"], { reject: false });
  if (!failed) return;
  makeCache(cache, commands);
  const debian = debianUnit(buildContext(settings, new AbortController().signal));
  await withLock(buildLock(cache), waitingFor(progress), async () => {
    if (!isBuilt(cache, debian)) await makeUnit(cache, debian, [], progress);
  });
  await presentSystemPrograms(unitFolder(cache, debian), bin);
}

/** Programs that the user has in the pinned version already; not asked for where the cluster's own is in the cache. */
async function programsOfUser(wanted: Units["go"], cache: string, bin: string): Promise<ReadonlyMap<Recipe, string>> {
  const found = new Map<Recipe, string>();
  for (const { recipe, unit } of wanted) {
    const file = isBuilt(cache, unit) ? undefined : await findOnPath(recipe, [bin, toolsFolder(cache)]);
    if (file !== undefined) found.set(recipe, file);
  }
  return found;
}

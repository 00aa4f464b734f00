import { join } from "node:path";
import { withLock } from "@canary-lab/kit/lock";
import type { Progress } from "@canary-lab/kit/progress";
import { execa } from "execa";
import type { AddOn } from "../add-ons.ts";
import { nodeLayout } from "../node/layout.ts";
import { markedProcesses } from "../node/supervision/proc.ts";
import type { EmbeddedClusterSettings } from "../settings.ts";
import { buildMissing } from "./build.ts";
import { buildCaches, buildContext, draftsFolder } from "./build-context.ts";
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
import { debianUnit } from "./debian/debian.ts";
import { lastDurations } from "./plan.ts";
import { presentSystemPrograms, presentTools } from "./present.ts";
import type { Tools } from "./tools.ts";
import { missingOf, programsOfUser, wantedUnits } from "./wanted.ts";

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
  const wanted = await wantedUnits(settings, addOns, context);
  const { units, tools, system, go } = wanted;

  // First it is said what is used, then looked whether it is there: another run drops only what nobody said it uses.
  await withLock(
    useLock(cache),
    () => {},
    async () => {
      noteUse([...tools.map(({ unit }) => unit), ...system].map((unit) => unitFolder(cache, unit)));
      dropUnused(cache, () => markedProcesses().flatMap((process) => unitsUsedBy(nodeLayout(process.home).bin, cache)));
    },
  );
  const users = await programsOfUser(wanted, settings);
  for (const [{ name }, file] of users) progress.say(`${name}: ${file}, which is of the pinned version, is taken`);
  const missing = () => missingOf(wanted, cache, users);
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

import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../../lab-error.ts";
import { inLab, makePrivateFolder, repositoryRoot } from "../../lab-folder.ts";
import type { Progress } from "../../progress.ts";
import { basePart, rootfsTar } from "./base.ts";
import { type BinEntry, fillBin } from "./bin.ts";
import { chooseTables, cniPath, debianPart, renderWrappers } from "./debian.ts";
import { diskProblem, freeGigabytes, sizeInGigabytes } from "./disk.ts";
import { envoyPart, envoyPath } from "./envoy.ts";
import { chooseGo, type Go } from "./go.ts";
import { cacheFolder, fetchModules, goPart, moduleFolder } from "./go-build.ts";
import { withLock } from "./lock.ts";
import { dropOthers, folderOf, makePart, type Part, stands } from "./part.ts";
import { findOnPath, lastDurations, renderPlan } from "./plan.ts";
import { type Recipe, recipes } from "./recipes.ts";
import { findReleases } from "./release.ts";
import type { Workshop } from "./run.ts";
import type { Tools } from "./tools.ts";
import { pinned } from "./versions.ts";

/**
 * Everything that the embedded world runs on. What is missing is taken from PATH, downloaded or built, each part once; what
 * stands is reused, and then this takes a fraction of a second. A run that is killed leaves nothing half: the next goes on.
 *
 * @throws LabError where the disk is too full, Go and Python are both missing, or a part cannot be made.
 */
export async function ensureTools(progress: Progress): Promise<Tools> {
  const failing = new AbortController();
  const workshop: Workshop = { signal: failing.signal };
  const go = await chooseGo(
    recipes.map((recipe) => readFileSync(join(moduleFolder(recipe), "go.mod"), "utf8")),
    workshop,
  );
  const debian = debianPart(workshop);
  const envoy = envoyPart(workshop);
  const base = basePart(debian, workshop);
  const built = new Map(recipes.map((recipe) => [recipe, goPart(recipe, go, undefined, workshop)]));
  const users = new Map<Recipe, string>();
  for (const [recipe, part] of built) {
    const file = stands(part) ? undefined : await findOnPath(recipe);
    if (file !== undefined) users.set(recipe, file);
  }
  const toBuild = () => recipes.filter((recipe) => !users.has(recipe) && !stands(built.get(recipe) as Part));
  const isComplete = () => toBuild().length === 0 && [debian, envoy, base].every(stands);

  makePrivateFolder(inLab("tools"));
  if (!isComplete()) {
    const waiting = () => progress.say("Another run is making the tools: waiting for it.");
    await withLock(inLab("tools", "lock"), waiting, async () => {
      if (isComplete()) return;
      await makeMissing({ toBuild: toBuild(), system: [debian, base], envoy, go }, progress, failing);
      dropOthers([debian, envoy, base, ...built.values()]);
      rmSync(cacheFolder(), { recursive: true, force: true });
    });
  }

  return present(built, users, { debian, envoy, base });
}

interface Missing {
  readonly toBuild: readonly Recipe[];
  /** Parts of which each needs the one before. */
  readonly system: readonly Part[];
  readonly envoy: Part;
  readonly go: Go;
}

/** Makes what is missing, in lanes that run side by side: one compiles, the others mostly wait for the network. */
async function makeMissing(missing: Missing, progress: Progress, failing: AbortController): Promise<void> {
  const workshop: Workshop = { signal: failing.signal };
  const published = await Promise.all(missing.toBuild.map((recipe) => findReleases(recipe.releases ?? [])));
  const tools = missing.toBuild.map((recipe, i) => goPart(recipe, missing.go, published[i], workshop));
  const lanes = [
    tools,
    missing.system.filter((part) => !stands(part)),
    [missing.envoy].filter((part) => !stands(part)),
  ];
  progress.say(renderPlan(lanes, lastDurations()));
  const problem = diskProblem(lanes.flat(), freeGigabytes(inLab("tools")), await sizeInGigabytes(cacheFolder()));
  if (problem) throw problem;

  const inOrder = async (parts: readonly Part[]) => {
    for (const part of parts) if (!failing.signal.aborted) await makePart(part, progress);
  };
  const fromModules = missing.toBuild.filter((_, i) => published[i] === undefined);
  const ahead = async () => {
    for (const recipe of fromModules) if (!failing.signal.aborted) await fetchModules(recipe, missing.go, workshop);
  };
  await Promise.all([...lanes.map(inOrder), ahead()].map((lane) => lane.catch((error) => failing.abort(error))));
  if (failing.signal.aborted) throw failing.signal.reason; // the first failure: those after it are its consequences
}

/** Puts the programs into one folder and says where the rest is. */
async function present(
  built: ReadonlyMap<Recipe, Part>,
  users: ReadonlyMap<Recipe, string>,
  { debian, envoy, base }: { readonly debian: Part; readonly envoy: Part; readonly base: Part },
): Promise<Tools> {
  const node = findNode();
  const root = folderOf(debian);
  const entries: Record<string, BinEntry> = { node: { link: node.path } };
  for (const [name, script] of Object.entries(renderWrappers(root, await chooseTables(root))))
    entries[name] = { script };
  for (const [recipe, part] of built) {
    if (!recipe.inBin) continue;
    const user = users.get(recipe);
    for (const program of recipe.programs) {
      for (const name of program.names ?? [program.output])
        entries[name] = { link: user ?? join(folderOf(part), name) };
    }
  }
  fillBin(inLab("tools", "bin"), entries);

  const file = (name: string, output: string) => {
    const part = [...built.values()].find((candidate) => candidate.name === name);
    return join(folderOf(part as Part), output);
  };
  return {
    bin: inLab("tools", "bin"),
    cniBin: join(root, cniPath),
    coredns: file("coredns", "coredns"),
    pilotDiscovery: file("istio", "pilot-discovery"),
    pilotAgent: file("istio", "pilot-agent"),
    pause: file("pause", "pause"),
    envoy: join(folderOf(envoy), envoyPath),
    node: node.path,
    baseRootfs: join(folderOf(base), rootfsTar),
    istioModule: file("istio", "module"),
    versions: { ...pinned, node: node.version },
  };
}

function findNode(): { readonly path: string; readonly version: string } {
  const folder = join(repositoryRoot, "node_modules", "node");
  const path = join(folder, "bin", "node");
  if (!existsSync(path)) {
    throw new LabError("The pinned Node is missing.", { place: path, next: "npm ci (without --ignore-scripts)" });
  }
  return { path, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version };
}

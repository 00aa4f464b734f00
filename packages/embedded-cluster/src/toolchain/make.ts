import type { Progress } from "@canary-lab/kit/progress";
import { findReleases } from "./download/release.ts";
import type { Go } from "./go/go.ts";
import { fetchModules, goPart } from "./go/go-build.ts";
import { makePart, type Part } from "./part.ts";
import { lastDurations, renderPlan } from "./plan.ts";
import { preflight } from "./preflight.ts";
import type { Recipe } from "./recipes/recipe.ts";

export interface Missing {
  /** To be downloaded where upstream can be reached, or else built. */
  readonly recipes: readonly Recipe[];
  /** Other parts, in an order in which each comes after what it needs. */
  readonly system: readonly Part[];
  readonly go: Go;
}

/**
 * Makes what is missing, in lanes that run side by side. One compiles, a tool after the other, for a compiler uses all cores;
 * the others mostly wait for the network.
 *
 * @param failing aborted by the first failure, which ends the other lanes.
 */
export async function makeMissing(
  { recipes, system, go }: Missing,
  progress: Progress,
  failing: AbortController,
): Promise<void> {
  const workshop = { signal: failing.signal };
  const published = await Promise.all(recipes.map((recipe) => findReleases(recipe.releases ?? [])));
  const tools = recipes.map((recipe, i) => goPart(recipe, go, published[i], workshop));
  const compiled = recipes.filter((_, i) => published[i] === undefined);
  progress.say(renderPlan([tools, system], lastDurations()));
  await preflight({ parts: [...tools, ...system], compiles: compiled.length > 0, go });

  const inOrder = async (parts: readonly Part[]) => {
    const names = parts.map((part) => part.name);
    for (const [i, part] of parts.entries()) {
      if (!failing.signal.aborted) await makePart(part, names.slice(i + 1), progress);
    }
  };
  const fetchAhead = async () => {
    for (const recipe of compiled.slice(1)) {
      if (!failing.signal.aborted) await fetchModules(recipe, go, workshop);
    }
  };
  const lanes = [inOrder(tools), inOrder(system), fetchAhead()];
  await Promise.all(lanes.map((lane) => lane.catch((error: unknown) => failing.abort(error))));
  if (failing.signal.aborted) throw failing.signal.reason; // the first failure: those after it are its consequences
}

import type { Progress } from "@canary-lab/kit/progress";
import { asOneError } from "@canary-lab/kit/user-error";
import type { BuildContext } from "./build-context.ts";
import { type BuildUnit, makeUnit } from "./build-unit.ts";
import { chooseSources } from "./download/release.ts";
import type { Go } from "./go/go.ts";
import { fetchModules, goUnit } from "./go/go-build.ts";
import { renderPlan } from "./plan.ts";
import { buildObstacles } from "./preflight.ts";
import type { Recipe } from "./recipes/recipe.ts";

export interface Missing {
  /** To be downloaded where upstream can be reached, or else built. */
  readonly recipes: readonly Recipe[];
  /** Other units, in an order in which each comes after what it needs. */
  readonly system: readonly BuildUnit[];
  readonly go: Go;
}

/** What is about to be made. */
export interface BuildPlan {
  /** The units in lanes that run side by side; each lane makes one unit after the other. */
  readonly lanes: readonly (readonly BuildUnit[])[];
  readonly units: readonly BuildUnit[];
  /** The recipes that are built, since they cannot be downloaded. */
  readonly compiled: readonly Recipe[];
  readonly go: Go;
}

/** Looks whether upstream can be reached, which decides what is downloaded and what is built. */
export async function planBuild({ recipes, system, go }: Missing, context: BuildContext): Promise<BuildPlan> {
  const sources = await chooseSources(recipes);
  const tools = recipes.map((recipe, i) => goUnit(recipe, go, sources[i], context));
  const compiled = recipes.filter((_, i) => sources[i]?.releases === undefined);
  return { lanes: [tools, system], units: [...tools, ...system], compiled, go };
}

/**
 * Makes what is missing, in lanes that run side by side. One compiles, a tool after the other, for a compiler uses all cores;
 * the others mostly wait for the network.
 *
 * @param lasted seconds that stages took last time, by their names.
 * @param fail ends the other lanes; called by the first failure.
 */
export async function buildMissing(
  missing: Missing,
  context: BuildContext,
  progress: Progress,
  lasted: Readonly<Record<string, number>>,
  fail: (error: unknown) => void,
): Promise<void> {
  const { signal, cache } = context;
  const plan = await planBuild(missing, context);
  for (const line of renderPlan(plan.lanes, lasted)) progress.say(line);
  const error = asOneError(await buildObstacles(plan, context));
  if (error) throw error;
  const { go } = missing;
  const { compiled } = plan;
  const [tools = [], system = []] = plan.lanes;

  const inOrder = async (units: readonly BuildUnit[]) => {
    const names = units.map((unit) => unit.name);
    for (const [i, unit] of units.entries()) {
      if (!signal.aborted) await makeUnit(cache, unit, names.slice(i + 1), progress);
    }
  };
  const fetchAhead = async () => {
    for (const recipe of compiled.slice(1)) {
      if (!signal.aborted) await fetchModules(recipe, go, context);
    }
  };
  const lanes = [inOrder(tools), inOrder(system), fetchAhead()];
  await Promise.all(lanes.map((lane) => lane.catch(fail)));
  if (signal.aborted) throw signal.reason; // the first failure: those after it are its consequences
}

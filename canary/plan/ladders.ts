import { toWeight } from "../weight.ts";
import { type Bake, createPlan, defaultBake, type Plan } from "./plan.ts";

/** The ladder of these weights, in percent, each kept for the same time. @throws RangeError where they do not rise within 1..100 */
export const explicitPlan = (weights: readonly number[], bake: Bake = defaultBake): Plan =>
  createPlan(weights.map((weight) => ({ weight: toWeight(weight), bake: weight === 100 ? 0 : bake })));

/** Equal steps of 1..100 percentage points up to 100. @throws RangeError for another step */
export function linearPlan(step: number, bake: Bake = defaultBake): Plan {
  if (!(Number.isInteger(step) && step >= 1 && step <= 100)) {
    throw new RangeError(`Invalid step: ${step}. Allowed: an integer from 1 to 100.`);
  }
  const rungs = Math.ceil(100 / step);
  return explicitPlan(
    Array.from({ length: rungs }, (_, index) => Math.min(100, step * (index + 1))),
    bake,
  );
}

/**
 * From `start` percent, 1..100, times `factor`, more than 1 and at most 100, up to 100. Weights are whole: rounded, and at least one
 * above the one before.
 *
 * @throws RangeError for another start or factor
 */
export function exponentialPlan(start: number, factor: number, bake: Bake = defaultBake): Plan {
  if (!(Number.isInteger(start) && start >= 1 && start <= 100)) {
    throw new RangeError(`Invalid start: ${start}. Allowed: an integer from 1 to 100.`);
  }
  if (!(factor > 1 && factor <= 100))
    throw new RangeError(`Invalid factor: ${factor}. Allowed: more than 1, at most 100.`);
  const weights: number[] = [];
  for (let exact = start; (weights.at(-1) ?? 0) < 100; exact *= factor) {
    weights.push(Math.min(100, Math.max(Math.round(exact), (weights.at(-1) ?? 0) + 1)));
  }
  return explicitPlan(weights, bake);
}

import * as z from "zod";
import { parseDuration } from "../../canary/duration.ts";
import { explicitPlan, exponentialPlan, linearPlan } from "../../canary/plan/ladders.ts";
import { type Bake, createPlan, defaultBake, type Plan, type Stage } from "../../canary/plan/plan.ts";
import { presetNames, presetPlan } from "../../canary/plan/presets.ts";
import { toWeight } from "../../canary/weight.ts";
import { between, boolean, duration, integer, list, object, objectIn, oneOf, says } from "./values.ts";

const bake = duration("1s", "24h", "manual");
const bakeOf = (text: string): Bake => parseDuration(text) ?? "manual";

const percent = integer(1, 100);
const shapes = "exactly one of weights, steps, linear and exponential";

/** The end of a sentence about an object whose fields are right alone and not together. */
const together = (given: unknown, problem: string): string => `is ${JSON.stringify(given)}${problem}`;

const step = object({ weight: percent, pause: boolean.optional(), bake: bake.optional() }).refine(
  (given) => !given.pause || given.bake === undefined,
  { error: ({ input }) => together(input, "; allowed: pause true, or a bake, not both") },
);

function stageOf({ weight, pause, bake }: z.output<typeof step>): Stage {
  const own = bake === undefined ? (weight === 100 ? 0 : defaultBake) : bakeOf(bake);
  return { weight: toWeight(weight), bake: pause ? "manual" : own };
}

const ladder = object({
  weights: list(percent, "weights that rise, each an integer from 1 to 100").optional(),
  steps: list(step, "a list of steps, each {weight, pause: true} or {weight, bake}").optional(),
  linear: object({ step: percent }).optional(),
  exponential: object({ start: percent, factor: between(1, 100) }).optional(),
  bake: bake.optional(),
}).transform((given, { issues }): Plan => {
  if (issues.length > 0) return z.NEVER; // a misspelt field
  const refuse = (problem: string) => {
    issues.push({ code: "custom", input: given, message: together(given, problem) });
    return z.NEVER;
  };
  const { weights, steps, linear, exponential } = given;
  const count = [weights, steps, linear, exponential].filter((each) => each !== undefined).length;
  if (count !== 1) return refuse(`; allowed: ${shapes}`);
  if (steps && given.bake) return refuse("; allowed: a bake of each step, or weights with one bake for all");
  const time = given.bake === undefined ? undefined : bakeOf(given.bake);
  try {
    if (steps) return createPlan(steps.map(stageOf));
    if (linear) return linearPlan(linear.step, time);
    if (exponential) return exponentialPlan(exponential.start, exponential.factor, time);
    return explicitPlan(weights ?? [], time);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(`: ${error.message}`);
  }
});

/** The name of a preset, or an object of a ladder and its bake. */
export const plan = z.preprocess(
  objectIn,
  z.union(
    [oneOf(presetNames).transform(presetPlan), ladder],
    says(`${presetNames.join(", ")}, or an object with ${shapes}`),
  ),
);

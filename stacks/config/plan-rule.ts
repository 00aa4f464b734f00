import { explicitPlan, exponentialPlan, linearPlan } from "../../canary/plan/ladders.ts";
import { type Bake, createPlan, defaultBake, type Plan, type Stage } from "../../canary/plan/plan.ts";
import { presetNames, presetPlan } from "../../canary/plan/presets.ts";
import { toWeight, type Weight } from "../../canary/weight.ts";
import {
  between,
  boolean,
  duration,
  integer,
  notAllowed,
  oneOf,
  optional,
  type Rule,
  scalar,
  textOf,
  valueIn,
} from "./rules.ts";
import { field, objectIn, structure } from "./structure.ts";

const bakeTime = duration("1s", "24h");
const bake: Rule<Bake> = scalar(`${bakeTime.allowed}, or manual`, (text) =>
  text === "manual" ? text : bakeTime.read(text, "", () => {}),
);

const percent = integer(1, 100);
/** A weight of a ladder, which starts above 0. */
const rung: Rule<Weight> = {
  ...percent,
  read: (text, source, report) => {
    const value = percent.read(text, source, report);
    return value === undefined ? undefined : toWeight(value);
  },
};

/** A JSON array, each entry by the rule. */
const listOf = <T>(entry: Rule<T>, allowed: string): Rule<readonly T[]> => ({
  allowed,
  read: (text, source, report) => {
    const list = listIn(text);
    if (!list) {
      report(notAllowed(source, text, allowed));
      return undefined;
    }
    const values = list.map((value, index) => entry.read(textOf(value) ?? "", `${source}[${index}]`, report));
    return values.some((value) => value === undefined) ? undefined : (values as T[]);
  },
});

function listIn(text: string): readonly unknown[] | undefined {
  const value = valueIn(text);
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

interface StepFields {
  readonly weight: Weight;
  readonly pause?: boolean;
  readonly bake?: Bake;
}

const stepFields = structure<StepFields>({
  weight: field(rung),
  pause: field<boolean | undefined>(optional(boolean)),
  bake: field<Bake | undefined>(optional(bake)),
});

const step: Rule<Stage> = {
  ...stepFields,
  read: (text, source, report) => {
    const given = stepFields.read(text, source, report);
    if (!given) return undefined;
    if (given.pause && given.bake !== undefined) {
      report(`${source} is ${text}; allowed: pause true, or a bake, not both`);
      return undefined;
    }
    return {
      weight: given.weight,
      bake: given.pause ? "manual" : (given.bake ?? (given.weight === 100 ? 0 : defaultBake)),
    };
  },
};

interface PlanFields {
  readonly weights?: readonly Weight[];
  readonly steps?: readonly Stage[];
  readonly linear?: { readonly step: number };
  readonly exponential?: { readonly start: number; readonly factor: number };
  readonly bake?: Bake;
}

const planFields = structure<PlanFields>({
  weights: field<PlanFields["weights"]>(optional(listOf(rung, `weights that rise, each ${rung.allowed}`))),
  steps: field<PlanFields["steps"]>(
    optional(listOf(step, "a list of steps, each {weight, pause: true} or {weight, bake}")),
  ),
  linear: field<PlanFields["linear"]>(optional(structure({ step: field(integer(1, 100)) }))),
  exponential: field<PlanFields["exponential"]>(
    optional(structure({ start: field(integer(1, 100)), factor: field(between(1, 100)) })),
  ),
  bake: field<Bake | undefined>(optional(bake)),
});

const preset = oneOf(presetNames);
const shapes = "exactly one of weights, steps, linear and exponential";

/** The name of a preset, or an object of a ladder and its bake. */
export const plan: Rule<Plan> = {
  allowed: `${preset.allowed}, or an object with ${shapes}`,
  read: (text, source, report) => {
    const shown = objectIn(text) ? text : JSON.stringify(text);
    const refuse = (allowed: string) => void report(`${source} is ${shown}; allowed: ${allowed}`);
    if (!objectIn(text)) {
      const name = presetNames.find((each) => each === text);
      return name ? presetPlan(name) : refuse(plan.allowed);
    }
    const given = planFields.read(text, source, report);
    if (!given) return undefined;
    const { weights, steps, linear, exponential, bake } = given;
    if ([weights, steps, linear, exponential].filter((each) => each !== undefined).length !== 1) return refuse(shapes);
    if (steps && bake !== undefined) return refuse("a bake of each step, or weights with one bake for all");
    try {
      if (weights) return explicitPlan(weights, bake);
      if (steps) return createPlan(steps);
      if (linear) return linearPlan(linear.step, bake);
      return exponential && exponentialPlan(exponential.start, exponential.factor, bake);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return void report(`${source} is ${shown}: ${error.message}`);
    }
  },
};

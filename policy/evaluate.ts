import { Environment, type ParseResult } from "@marcbachmann/cel-js";
import { faultOf, type PolicySpec, type Rule, rules, stackRules } from "../components/policy/rules.ts";
import { targets } from "../components/policy/targets.ts";

/** An object as it is sent to the API server. */
export interface PolicyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

/** What else a rule looks at. */
interface Beside {
  /** The object that this one replaces. */
  readonly oldObject?: PolicyObject | undefined;
  readonly budgets?: readonly PolicyObject[];
}

/**
 * CEL as the API server has it (Kubernetes 1.30): all is of type dyn, optional fields are on, and lists have `sum`. Regular expressions are
 * JavaScript's, and RE2 there: a rule has only what is the same in both.
 */
const environment = new Environment({ enableOptionalTypes: true })
  .registerVariable("object", "dyn")
  .registerVariable("oldObject", "dyn")
  .registerVariable("variables", "dyn")
  .registerVariable("budgets", "dyn")
  .registerFunction("list.sum(): int", (list: readonly bigint[]) => list.reduce((sum, each) => sum + each, 0n));

const parsed = new Map<string, ParseResult>();

/**
 * A parsed expression.
 *
 * @throws ParseError where it is no CEL
 */
export function expression(text: string): ParseResult {
  const known = parsed.get(text) ?? environment.parse(text);
  parsed.set(text, known);
  return known;
}

/** Whole numbers are of CEL's type int. Fields are read when a rule asks for them: one that is not known yet throws then. */
function celValue(value: unknown): unknown {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get: (of, field) => {
      // A wrapper of somebody else's around the object wraps what is inherited, too: CEL would not see what kind of value it is.
      if (!Object.hasOwn(of, field)) return Reflect.get(Array.isArray(of) ? Array.prototype : Object.prototype, field);
      const found: unknown = Reflect.get(of, field);
      return Array.isArray(of) && field === "length" ? found : celValue(found);
    },
  });
}

/** The variables of a rule, each evaluated where it is read, as the API server does. */
function variablesOf({ target }: Rule, spec: PolicySpec, context: Readonly<Record<string, unknown>>): object {
  const variables = {};
  for (const [name, text] of Object.entries(targets[target].variables(spec)))
    Object.defineProperty(variables, name, {
      enumerable: true,
      get: () => expression(text)({ ...context, variables }),
    });
  return variables;
}

/** Whether a rule is for an object. */
export const isFor = ({ target }: Rule, { apiVersion, kind }: PolicyObject): boolean =>
  targets[target].kinds.some((each) => each.apiVersion === apiVersion && each.kind === kind);

/**
 * Whether an object keeps a rule; one that is not for it is kept.
 *
 * @throws EvaluationError for an object that lacks what the API server wants of its kind
 */
export function keeps(rule: Rule, object: PolicyObject, spec: PolicySpec, { oldObject, budgets = [] }: Beside = {}) {
  const text = rule.holds(spec);
  if (text === undefined || !isFor(rule, object)) return true;
  const context = {
    object: celValue(object),
    oldObject: celValue(oldObject ?? null),
    budgets: budgets.map(celValue),
  };
  return expression(text)({ ...context, variables: variablesOf(rule, spec, context) }) === true;
}

/** Whether an object is of the application's namespace, which the rules are for, or that namespace itself. */
export const isOfApplication = ({ kind, metadata }: PolicyObject, { namespace }: PolicySpec): boolean =>
  (kind === "Namespace" ? metadata.name : metadata.namespace) === namespace;

/** A sentence for each rule that the objects of a stack do not keep, by themselves and together. */
export function faultsOf(objects: readonly PolicyObject[], spec: PolicySpec): readonly string[] {
  const own = objects.filter((object) => isOfApplication(object, spec));
  const budgets = own.filter(({ kind }) => kind === "PodDisruptionBudget");
  return own.flatMap((object) =>
    [...rules, ...stackRules].flatMap((rule) =>
      keeps(rule, object, spec, { budgets }) ? [] : `${object.kind} ${object.metadata.name}: ${faultOf(rule, spec)}`,
    ),
  );
}

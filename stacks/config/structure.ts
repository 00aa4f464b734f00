import { notAllowed, type Rule, textOf, valueIn } from "./rules.ts";
import { suggestion } from "./suggestion.ts";

/** A field of an object: its rule, and the value that it has where it is left out; undefined for a field that must be there. */
export interface Field<T> {
  readonly rule: Rule<NonNullable<T>>;
  readonly standard?: T;
}
export type Fields<T> = { readonly [Key in keyof T]-?: Field<T[Key]> };

export const field = <T>(rule: Rule<NonNullable<T>>, standard?: T): Field<T> => ({
  rule,
  ...(standard !== undefined && { standard }),
});

/** An object whose fields each have a rule. One that is written wrong is refused, with the field that was perhaps meant. */
export function structure<T extends object>(fields: Fields<T>): Rule<T> {
  const names = Object.keys(fields);
  const allowed = `an object of ${names.join(", ")}`;
  return {
    allowed,
    read: (text, source, report) => {
      const given = objectIn(text);
      if (!given) {
        report(notAllowed(source, text, allowed));
        return undefined;
      }
      let problems = 0;
      const values = readFields(fields, given, source, (problem) => {
        problems += 1;
        report(problem);
      });
      return problems === 0 ? (values as T) : undefined;
    },
  };
}

function readFields<T>(
  fields: Fields<T>,
  given: Readonly<Record<string, unknown>>,
  source: string,
  report: (problem: string) => void,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, { rule, standard }] of Object.entries<Field<unknown>>(fields)) {
    const isThere = Object.hasOwn(given, name);
    const text = isThere ? textOf(given[name]) : undefined;
    if (text !== undefined) {
      const value = rule.read(text, `${source}.${name}`, report);
      if (value !== undefined) values[name] = value;
    } else if (isThere || (standard === undefined && !rule.optional)) {
      // A name without a value was meant to have one: what is left out has its standard.
      report(`${source}.${name} is not set; allowed: ${rule.allowed}`);
    } else if (standard !== undefined) {
      values[name] = standard;
    }
  }
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(fields, name)) continue; // not `in`, which knows `constructor` too
    report(
      `${source}.${name} is ${JSON.stringify(value)}, and no such field is known; ${suggestion(name, Object.keys(fields))}`,
    );
  }
  return values;
}

/** The object that JSON text holds; undefined for anything else. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = valueIn(text);
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

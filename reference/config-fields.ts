import * as z from "zod";

/** What the schema says of one value. */
export interface Described {
  /** What it is, where it has words beside those for what is allowed. */
  readonly meaning: string;
  /** What is allowed, in words; empty for an object, whose fields say it. */
  readonly allowed: string;
  /** Undefined where there is none, and for an object, whose fields have theirs. */
  readonly byDefault: unknown;
  readonly isOptional: boolean;
}

export interface Field extends Described {
  /** Such as `errors.tolerance`; `[]` stands for each entry of a list, `NAME` for each name of a map. */
  readonly path: string;
}

/** Reads one value of the schema. */
export function describeValue(value: z.ZodType): Described {
  const words: string[] = [];
  let byDefault: unknown;
  let isOptional = false;
  for (let inner: z.ZodType | undefined = value; inner !== undefined; inner = unwrapped(inner)) {
    if (inner.description && !words.includes(inner.description)) words.push(inner.description);
    if (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault) {
      isOptional = true;
      byDefault ??= inner.def.defaultValue;
    }
    if (inner instanceof z.ZodOptional) isOptional = true;
  }
  const base = baseOf(value);
  if (base instanceof z.ZodObject) return { meaning: words.join("; "), allowed: "", byDefault: undefined, isOptional };
  // A list has its words for what is allowed around it, where each entry is compared with the others.
  const own = base.description ?? (base instanceof z.ZodArray ? words.at(-1) : undefined);
  const allowed = own ?? allowedBy(base);
  return { meaning: words.filter((word) => word !== allowed).join("; "), allowed, byDefault, isOptional };
}

/** The schema that a wrapper is about. What is read before it, or made of it after it, is left out. */
function unwrapped(value: z.ZodType): z.ZodType | undefined {
  if (value instanceof z.ZodPrefault || value instanceof z.ZodDefault || value instanceof z.ZodOptional)
    return value.unwrap() as z.ZodType;
  if (!(value instanceof z.ZodPipe)) return undefined;
  return (value.in instanceof z.ZodTransform ? value.out : value.in) as z.ZodType;
}

/** The schema without what is wrapped around it. */
function baseOf(value: z.ZodType): z.ZodType {
  const inner = unwrapped(value);
  return inner === undefined ? value : baseOf(inner);
}

/** For those whose words are only in their errors. */
function allowedBy(base: z.ZodType): string {
  if (base instanceof z.ZodBoolean) return "true, false";
  if (base instanceof z.ZodArray)
    return `a list, each: ${describeValue(base.element as z.ZodType).allowed || "an object"}`;
  if (base instanceof z.ZodRecord) return "an object of names";
  if (base instanceof z.ZodUnion)
    return base.options.map((option) => describeValue(option as z.ZodType).allowed || "an object").join(", or ");
  throw new Error(`The schema says in no words what a ${base.def.type} allows.`);
}

/** The fields of a value, in their order; none where it is no object, and holds none. */
export function fieldsOf(value: z.ZodType, path = ""): readonly Field[] {
  const base = baseOf(value);
  if (base instanceof z.ZodObject)
    return Object.entries(base.shape).flatMap(([name, field]) => {
      const own = path === "" ? name : `${path}.${name}`;
      const described = describeValue(field as z.ZodType);
      const below = fieldsOf(field as z.ZodType, own);
      const isNamed = described.allowed !== "" || described.meaning !== "";
      return [...(isNamed ? [{ path: own, ...described }] : []), ...below];
    });
  if (base instanceof z.ZodArray) return fieldsOf(base.element as z.ZodType, `${path}[]`);
  if (base instanceof z.ZodRecord) return fieldsOf(base.valueType as z.ZodType, `${path}.NAME`);
  if (base instanceof z.ZodUnion) return base.options.flatMap((option) => fieldsOf(option as z.ZodType, path));
  return [];
}

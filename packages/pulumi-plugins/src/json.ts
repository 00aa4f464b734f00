/** Any JSON value, as the API server and the engine speak it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What stands at a path of keys and indices; undefined where a step is missing. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found) && typeof step === "number") found = found[step];
    else if (isObject(found)) found = found[String(step)];
    else return undefined;
  }
  return found;
}

export const textAt = (value: Json | undefined, ...path: readonly (string | number)[]): string => {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
};

export const numberAt = (value: Json | undefined, ...path: readonly (string | number)[]): number | undefined => {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
};

export const listAt = (value: Json | undefined, ...path: readonly (string | number)[]): Json[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};

export const objectAt = (value: Json | undefined, ...path: readonly (string | number)[]): JsonObject | undefined => {
  const found = at(value, ...path);
  return isObject(found) ? found : undefined;
};

/** Copies a value with every key and every leaf passed through a function; wholly new objects, so that nothing is shared. */
export function mapJson(value: Json, leaf: (value: Json) => Json, key: (key: string) => string = (name) => name): Json {
  const replaced = leaf(value);
  if (Array.isArray(replaced)) return replaced.map((item) => mapJson(item, leaf, key));
  if (!isObject(replaced)) return replaced;
  return Object.fromEntries(Object.entries(replaced).map(([name, item]) => [key(name), mapJson(item, leaf, key)]));
}

/** A list of words written as one text: tables of field names stay readable. */
export const words = (text: string): string[] => text.trim().split(/\s+/);

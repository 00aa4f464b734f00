/** A value as YAML or the engine gives it, as text: an object as JSON, undefined for none. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? jsonOf(value) : String(value);
}

/** JSON text with YAML's `.nan` and `.inf` as words, which every rule for a number refuses: JSON itself would make them null. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (typeof item === "number" && !Number.isFinite(item) ? String(item) : item));

/** The value back from JSON text, as which the engine hands over the objects and lists of a stack's file; undefined for other text. */
export function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { isDeepStrictEqual } from "node:util";
import type { Mask } from "../mask.ts";

/** A field that an update writes otherwise than it is. Secrets are masked. */
export interface ValueChange {
  /** Such as `spec.http[1].route[0].weight`. */
  readonly path: string;
  /** Undefined where there is none. */
  readonly before: unknown;
  readonly after: unknown;
  /** Whether the resource is deleted and made again for it. */
  readonly replaces: boolean;
}

/** What the engine gives in a preview for a value that only the update will know. */
const unknownValues: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const laterKnown = "(known after the update)";

/** The fields in which two inputs differ, by path; a secret that changes is a change of `[secret]`. */
export function valueChanges(before: unknown, after: unknown, mask: Mask, replacedFor: readonly string[] = []) {
  const changes: ValueChange[] = [];
  // Masked in parallel, as a whole: what is secret can depend on what stands beside it.
  compare("", [before, mask.value(before)], [after, mask.value(after)]);
  return changes;

  function compare(path: string, [before, beforeShown]: Pair, [after, afterShown]: Pair): void {
    if (isDeepStrictEqual(before, after)) return;
    const bothFields = isFields(before) && isFields(after) && isFields(beforeShown) && isFields(afterShown);
    if (bothFields) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
        compare(keyPath(path, key), [before[key], beforeShown[key]], [after[key], afterShown[key]]);
    } else if ([before, after, beforeShown, afterShown].every(Array.isArray)) {
      const [old, oldShown, next, nextShown] = [before, beforeShown, after, afterShown] as unknown[][];
      for (let index = 0; index < Math.max(old?.length ?? 0, next?.length ?? 0); index++)
        compare(`${path}[${index}]`, [old?.[index], oldShown?.[index]], [next?.[index], nextShown?.[index]]);
    } else changes.push({ path, before: shown(beforeShown), after: shown(afterShown), replaces: isReplacedFor(path) });
  }

  function isReplacedFor(path: string): boolean {
    return replacedFor.some((key) => path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`));
  }
}

type Pair = readonly [value: unknown, shown: unknown];

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const shown = (value: unknown): unknown => (unknownValues.has(value) ? laterKnown : value);

const keyPath = (path: string, key: string): string => {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
};

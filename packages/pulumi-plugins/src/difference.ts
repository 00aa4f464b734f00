import { isDeepStrictEqual } from "node:util";
import { isObject, type Json, type JsonObject } from "./json.ts";

export type Change = "add" | "delete" | "update";

/** One changed path of a resource; `replaces` when the change needs a new object. */
export interface PathChange {
  readonly change: Change;
  readonly replaces: boolean;
}

type Path = readonly (string | number)[];

/** A path as the engine writes it: `spec.http[0].weight`, and `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (/[."[\]]/.test(step)) return `${text}["${step.replaceAll('"', '\\"')}"]`;
    return text ? `${text}.${step}` : step;
  }, "");
}

/** Whether a changed value at `path` touches a replacing path: lies at it, below it, or holds it. */
function touches(path: Path, value: Json | undefined, replacing: string): boolean {
  const steps = replacing.split(".");
  for (const [index, step] of steps.entries()) {
    if (index === path.length) return holds(value, steps.slice(index));
    if (step === "*" ? typeof path[index] !== "number" : path[index] !== step) return false;
  }
  return true;
}

function holds(value: Json | undefined, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return value !== undefined;
  if (step === "*") return Array.isArray(value) && value.some((item) => holds(item, rest));
  return isObject(value) && step in value && holds(value[step], rest);
}

/**
 * The differences from `old` to `wanted` by path. An added or removed branch is one change at its root; lists differ by position.
 */
export function difference(old: JsonObject, wanted: JsonObject, replacing: readonly string[]): Map<string, PathChange> {
  const changes = new Map<string, PathChange>();
  const note = (path: Path, change: Change, value: Json | undefined) =>
    changes.set(formatPath(path), { change, replaces: replacing.some((one) => touches(path, value, one)) });
  const walk = (path: Path, left: Json | undefined, right: Json | undefined): void => {
    if (left === undefined && right === undefined) return;
    if (right === undefined) note(path, "delete", undefined);
    else if (left === undefined) note(path, "add", right);
    else if (isObject(left) && isObject(right)) {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
        walk([...path, key], left[key], right[key]);
    } else if (Array.isArray(left) && Array.isArray(right)) {
      for (let index = 0; index < Math.max(left.length, right.length); index += 1)
        walk([...path, index], left[index], right[index]);
    } else if (!isDeepStrictEqual(left, right)) note(path, "update", right);
  };
  walk([], old, wanted);
  return changes;
}

/** What of `live` has a counterpart in `shape`: a live object without what only the cluster put there. */
export function prune(live: Json, shape: Json | undefined): Json {
  if (isObject(live) && isObject(shape)) {
    const kept = Object.entries(live).filter(([key]) => key in shape);
    return Object.fromEntries(kept.map(([key, value]) => [key, prune(value, shape[key])]));
  }
  if (Array.isArray(live) && Array.isArray(shape)) {
    if (live[0] !== undefined && shape[0] !== undefined && isObject(live[0]) !== isObject(shape[0])) return live;
    return live.slice(0, shape.length).map((item, index) => prune(item, shape[index]));
  }
  return live;
}

/** Whether an ignoreChanges path covers a changed path; `*` in brackets stands for any index. */
export function covers(ignored: string, changed: string): boolean {
  const steps = (path: string) => path.match(/[^.[\]"]+|\[\d+\]|\[\*\]/g) ?? [];
  const [outer, inner] = [steps(ignored), steps(changed)];
  return (
    outer.length <= inner.length &&
    outer.every((step, index) => step === inner[index] || (step === "[*]" && inner[index]?.startsWith("[")))
  );
}

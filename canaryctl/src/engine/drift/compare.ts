import { isDeepStrictEqual } from "node:util";
import { canonicalQuantity } from "@canary-lab/kit/kube/quantity";

/** A field of a live object that is not what the stack's last update wrote. */
export interface FieldDrift {
  /** Keys and positions, from the object's root. */
  readonly path: Path;
  /** Undefined where the field is absent. */
  readonly live: unknown;
  /** Undefined where the update wrote no such field. */
  readonly wanted: unknown;
}

export type Path = readonly (string | number)[];
export type Fields = Readonly<Record<string, unknown>>;

interface Comparison {
  /** The fields that the update wrote. */
  readonly wanted: Fields;
  readonly live: Fields;
  /** Paths of the resource option ignoreChanges, such as `spec.http`: they belong to somebody else. */
  readonly ignored?: readonly string[];
  /** The field managers under which the stack writes. */
  readonly managers: readonly string[];
}

/** Added by the Rollouts controller to selectors and subsets that it was asked to manage. */
const controllerKeys = new Set(["rollouts-pod-template-hash"]);

/** What the API server gives for an object, and no update writes. */
const notCompared = new Set(["status", "apiVersion", "kind"]);
const comparedMetadata = ["labels", "annotations"];

/**
 * The fields of a live object that differ from what the update wrote. Fields that the update did not write belong to others (defaults,
 * controllers, people), with two exceptions that decide about traffic as a whole: the selector of a Service, and the lists of a custom
 * resource after somebody else has written them.
 */
export function fieldDrift({ wanted, live, ignored = [], managers }: Comparison): readonly FieldDrift[] {
  const drift: FieldDrift[] = [];
  const isCustom = isCustomResource(String(wanted.apiVersion ?? ""));
  const note = (path: Path, found: unknown, wish: unknown) => {
    if (!ignored.some((pattern) => covers(pattern, path))) drift.push({ path, live: found, wanted: wish });
  };

  const compare = (path: Path, wish: unknown, found: unknown, isWhole: boolean): void => {
    if (isSame(path, wish, found)) return;
    if (isFields(wish) && isFields(found)) compareFields(path, wish, found, isWhole);
    else if (Array.isArray(wish) && Array.isArray(found)) compareLists(path, wish, found, isWhole);
    else note(path, found, wish);
  };
  const compareFields = (path: Path, wish: Fields, found: Fields, isWhole: boolean): void => {
    for (const [key, value] of Object.entries(wish)) compare([...path, key], value, found[key], isWhole);
    if (!isWhole) return;
    for (const key of Object.keys(found))
      if (!(key in wish) && !controllerKeys.has(key) && !isEmpty(found[key]))
        note([...path, key], found[key], undefined);
  };
  const compareLists = (path: Path, wish: readonly unknown[], found: readonly unknown[], isWhole: boolean): void => {
    // Whose a list in a list is, the outer one says.
    const isOuter = path.every((step) => typeof step === "string");
    const isOthers = isWhole || (isCustom && isOuter && !isWrittenBy(live, path, managers));
    const isShort = found.length < wish.length;
    if (isShort || (isCustom && found.length !== wish.length)) note(path, found, wish);
    else for (const [index, item] of wish.entries()) compare([...path, index], item, found[index], isOthers);
  };

  for (const [key, value] of Object.entries(wanted)) {
    if (notCompared.has(key)) continue;
    const shown = key === "metadata" && isFields(value) ? pick(value, comparedMetadata) : value;
    compare([key], shown, live[key], false);
  }
  const { selector } = (wanted.spec ?? {}) as { readonly selector?: unknown };
  const { selector: found } = (live.spec ?? {}) as { readonly selector?: unknown };
  if (wanted.kind === "Service" && isFields(selector) && isFields(found)) {
    for (const key of Object.keys(found))
      if (!(key in selector) && !controllerKeys.has(key)) note(["spec", "selector", key], found[key], undefined);
  }
  return drift;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A controller that writes a whole object back, as that of Rollouts does, may add fields without a content. */
const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

const pick = (fields: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => keys.includes(key)));

/** The types of Kubernetes leave out what is empty or zero; quantities have one form there, and many in a program. */
function isSame(path: Path, wanted: unknown, live: unknown): boolean {
  if (isDeepStrictEqual(wanted, live)) return true;
  if (live === undefined) {
    if (wanted === undefined || wanted === null || wanted === "" || wanted === 0) return true;
    return typeof wanted === "object" && Object.keys(wanted).length === 0;
  }
  const isQuantity = typeof live === "string" && path.some((step) => step === "requests" || step === "limits");
  return isQuantity && canonicalQuantity(String(wanted)) === canonicalQuantity(String(live));
}

/** Its lists have, as a rule, one owner for all that is in them. */
function isCustomResource(apiVersion: string): boolean {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return group.includes(".") && (!group.endsWith(".k8s.io") || group.startsWith("gateway."));
}

/** Whether one of `managers` still owns the field. Whoever changes it takes it over. */
function isWrittenBy(live: Fields, path: Path, managers: readonly string[]): boolean {
  const { managedFields = [] } = (live.metadata ?? {}) as {
    readonly managedFields?: readonly { readonly manager?: string; readonly fieldsV1?: Fields }[];
  };
  return managedFields.some(({ manager, fieldsV1 }) => {
    if (manager === undefined || !managers.includes(manager)) return false;
    let fields: unknown = fieldsV1;
    for (const step of path) {
      if (!isFields(fields)) return false;
      const next = fields[`f:${step}`];
      if (next === undefined) return Object.keys(fields).length === 0; // an owner of the whole owns what is in it
      fields = next;
    }
    return true;
  });
}

/** Whether a path of ignoreChanges holds this one; `[*]` stands for any position. */
function covers(pattern: string, path: Path): boolean {
  const steps = pattern.match(/\[\*\]|[^.[\]"]+/g) ?? [];
  return (
    steps.length <= path.length &&
    steps.every((step, index) => (step === "[*]" ? typeof path[index] === "number" : step === String(path[index])))
  );
}

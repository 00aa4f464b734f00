import {
  canaryAnnotation,
  configAnnotation,
  configHashAnnotation,
  strategyAnnotation,
} from "../../../components/workload/render-application.ts";
import type { Mask } from "../mask.ts";
import type { Fields, Operation, Step } from "./preview-events.ts";
import { kindOf } from "./traffic.ts";
import { type ValueChange, valueChanges } from "./value-changes.ts";

/** A resource that an update changes. */
export interface ResourceChange {
  readonly operation: Exclude<Operation, "same">;
  /** Such as `Deployment`. */
  readonly kind: string;
  /** As the cluster calls it now, or will, `namespace/name`; else by the program's name. */
  readonly id: string;
  /** Each field that is written otherwise, secrets masked; empty for what is deleted. */
  readonly values: readonly ValueChange[];
  /** It is deleted from the stack, and stays in the cluster. */
  readonly isKept: boolean;
}

/** The resources that change, without groups. */
export const resourceChanges = (steps: readonly Step[], mask: Mask): readonly ResourceChange[] =>
  steps.flatMap((step) => {
    const { operation, type, isKept, isGroup } = step;
    if (operation === "same" || isGroup) return [];
    const kind = type.startsWith("pulumi:providers:") ? "Provider" : kindOf(type);
    return [{ operation, kind, id: mask.text(idOf(step)), values: valuesOf(step, mask), isKept }];
  });

/** How many resources stay as they are. */
export const countUnchanged = (steps: readonly Step[]): number =>
  steps.filter(({ operation, isGroup }) => operation === "same" && !isGroup).length;

function valuesOf({ operation, before, after, replacedFor }: Step, mask: Mask): readonly ValueChange[] {
  if (operation === "delete") return [];
  const changes = valueChanges(operation === "create" ? {} : (before ?? {}), after ?? {}, mask, replacedFor);
  return changes.filter(({ path }) => !notes.some((note) => path.endsWith(note)));
}

/** What the program notes of the config, which is shown as such. */
const notes = [configAnnotation, configHashAnnotation, canaryAnnotation, strategyAnnotation].map(
  (name) => `annotations[${JSON.stringify(name)}]`,
);

function idOf({ before, after, name }: Pick<Step, "before" | "after" | "name">): string {
  const { metadata, imageName, ...inputs } = (before ?? after ?? {}) as Fields & { readonly metadata?: Fields };
  if (typeof metadata?.name === "string") return qualified(metadata.namespace, metadata.name);
  if (typeof imageName === "string") return imageName;
  return typeof inputs.chart === "string" && typeof inputs.name === "string"
    ? qualified(inputs.namespace, inputs.name)
    : name;
}

const qualified = (namespace: unknown, name: string): string =>
  typeof namespace === "string" ? `${namespace}/${name}` : name;

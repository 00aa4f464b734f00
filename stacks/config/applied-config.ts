import { canonicalJson } from "../../components/workload/render-application.ts";
import { textOf, valueIn } from "./raw-values.ts";
import type { LabConfig } from "./schema.ts";
import { servicesIn } from "./service-values.ts";

/** Raw values of a config, by key. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * Where the cluster is belongs to whoever runs the command, a permission and who is asked for it to the update that they are given to, the
 * image before the last release to whoever rolls that back, prices to whoever reads them, and the weight is what the commands move: the live
 * route and the stack's file say it.
 */
export const leftOut: readonly string[] = [
  "canaryWeight",
  "allowOverload",
  "gate",
  "judgeOverride",
  "previousImage",
  "prices",
  "kubeContext",
  "kubeconfig",
  "imageRegistry",
  "imagePullRegistry",
  "chartMirror",
];

/** The keys that say what a release is like: one that begins takes them from the stack's file. */
export const releaseKeys: readonly (keyof LabConfig)[] = [
  "plan",
  "objective",
  "judge",
  "analysis",
  "analysisBy",
  "rolloutCanary",
  "blueGreen",
  "rollingUpdate",
  "canaryReplicas",
];

/**
 * What the program notes on the application's Namespace of the config that it applies, each value as text. None is a secret. Of the services,
 * which have notes of their own, it is what says what they take of the platform.
 */
export function appliedValues(values: Values): Readonly<Record<string, string>> {
  const kept = Object.entries({ ...values, ...("services" in values && { services: strategiesOf(values) }) }).filter(
    ([key]) => !leftOut.includes(key),
  );
  return Object.fromEntries(
    kept.map(([key, value]): [string, string] => [key, normal(value)]).filter(([, text]) => text !== ""),
  );
}

const strategiesOf = (values: Values): object =>
  Object.fromEntries(
    Object.entries(servicesIn(values)).map(([name, { strategy = values.strategy }]) => [name, { strategy }]),
  );

/** The values that a Namespace's note has; undefined where there is none that can be read. */
export function notedValues(text: string | undefined): Readonly<Record<string, string>> | undefined {
  const values = text === undefined ? undefined : valueIn(text);
  const isNote =
    typeof values === "object" && values !== null && Object.values(values).every((value) => typeof value === "string");
  return isNote ? (values as Record<string, string>) : undefined;
}

/** A value of the config that is not applied. */
export interface Pending {
  readonly key: string;
  /** Undefined for a key that is set on one side only. */
  readonly applied: string | undefined;
  readonly wanted: string | undefined;
}

/** What the next `up` would change, by key. */
export function pendingChanges(applied: Readonly<Record<string, string>>, wanted: Values): readonly Pending[] {
  const next = appliedValues(wanted);
  const keys = [...new Set([...Object.keys(applied), ...Object.keys(next)])].toSorted();
  return keys
    .filter((key) => applied[key] !== next[key])
    .map((key) => ({ key, applied: applied[key], wanted: next[key] }));
}

/** A value as text: two readers of one file may give an object's fields in different orders, and `{}` or nothing for none. */
function normal(value: unknown): string {
  const text = textOf(value) ?? "";
  const object = valueIn(text);
  if (typeof object !== "object" || object === null) return text;
  const sorted = canonicalJson(object);
  return sorted === "{}" ? "" : sorted;
}

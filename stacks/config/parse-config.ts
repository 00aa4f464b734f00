import { createRequire } from "node:module";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { type Variables, variable } from "@canary-lab/kit/variables";
import type { core } from "zod";
import { contradictions } from "./contradictions.ts";
import { isProviderKey, providerKeyProblem } from "./other-keys.ts";
import { textOf } from "./raw-values.ts";
import type { LabConfig } from "./schema.ts";
import { servicesIn, serviceValues } from "./service-values.ts";
import { nearest, suggestion } from "./suggestion.ts";

/** Values as a stack's config gives them: text, objects as JSON text, or what YAML makes of both. */
export type RawConfig = Readonly<Record<string, unknown>>;

const load = createRequire(import.meta.url);

/** Loaded where a config is first read: it takes 40 ms, which `--help` need not wait for. */
const shape = () => (load("./schema.ts") as typeof import("./schema.ts")).schema.shape;

/** Values of the config that are not allowed. */
class ConfigError extends UserError {
  override readonly kind = "config";
}

/** Every key that a stack's config may hold. */
export const configKeys = (): readonly string[] => Object.keys(shape());

/**
 * A stack's values, defaults included, as a {@link LabConfig}. Config wins over the environment.
 *
 * @param place where the values stand, for the message, such as `Pulumi.dev.yaml`
 * @param before the values of what runs, as far as they are known: asked for where one of `raw` is bad
 * @throws UserError one that names every bad key, its value and what is allowed
 */
export function parseConfig(
  raw: RawConfig,
  environment: Variables = {},
  place = "the stack's config",
  before: () => RawConfig = () => ({}),
): LabConfig {
  const { values, problems } = read(raw, environment);
  if (problems.length > 0) throw configError(problems, place, wayBack(problems, raw, before()));
  return values as unknown as LabConfig; // every key has answered, each by its own schema
}

/** What is wrong with a stack's values, one sentence each. */
export const configProblems = (raw: RawConfig): readonly string[] => read(raw, {}).problems;

/** The environment variables that stand in for keys that are empty. */
const variables: Partial<Record<keyof LabConfig, string>> = {
  kubeContext: "CANARY_LAB_KUBE_CONTEXT",
  kubeconfig: "CANARY_LAB_KUBECONFIG",
  imageRegistry: "CANARY_LAB_IMAGE_REGISTRY",
  chartMirror: "CANARY_LAB_CHART_MIRROR",
};

/** The stack's own values, and those that each of its services has. */
function read(raw: RawConfig, environment: Variables) {
  const { values, problems } = readOne(raw, environment);
  return { values, problems: [...problems, ...serviceProblems(raw, environment, problems)] };
}

/** The project's defaults. */
export const schemaDefaults = (): RawConfig =>
  Object.fromEntries(
    Object.entries(shape()).map(([key, allowed]) => [
      key,
      "defaultValue" in allowed.def ? allowed.def.defaultValue : "",
    ]),
  );

/** What is wrong with the services of a stack, and is not with the stack itself. */
function serviceProblems(raw: RawConfig, environment: Variables, known: readonly string[]): readonly string[] {
  const names = Object.keys(servicesIn(raw)).filter(
    (name) => !known.some((one) => one.startsWith(`services.${name} `)),
  );
  if (names.length === 0) return [];
  const defaults = schemaDefaults();
  const shared = collisions(raw);
  return names.flatMap((name) => {
    const place = `services.${name}`;
    return [
      ...shared.filter((problem) => [`${place} `, `${place}.`].some((start) => problem.startsWith(start))),
      ...readOne(serviceValues(raw, name, defaults), environment)
        .problems.filter((problem) => !known.includes(problem))
        .map((problem) => `${place}.${problem}`),
    ];
  });
}

/** What applications of a stack have in common that each must have for itself: its name and its namespace. A sentence each. */
export function collisions(raw: RawConfig): readonly string[] {
  const defaults = schemaDefaults();
  const names = Object.keys(servicesIn(raw));
  const all = names.map((name) => ({ name, namespace: String(serviceValues(raw, name, defaults).namespace) }));
  const places = [String(raw.namespace ?? defaults.namespace), ...all.map(({ namespace }) => namespace)];
  return all.flatMap(({ name, namespace }) => [
    ...(name === (raw.app ?? defaults.app)
      ? [`services.${name} is named as the stack's own application; allowed: another name, or another app`]
      : []),
    ...(places.filter((one) => one === namespace).length > 1
      ? [
          `services.${name}.namespace is "${namespace}", which another application of the stack has; allowed: one of its own`,
        ]
      : []),
  ]);
}

/** Key by key, so that what is right can be compared with one another although something else is wrong. */
function readOne(raw: RawConfig, environment: Variables) {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const keys = shape();
  for (const [key, allowed] of Object.entries(keys)) {
    const [source, given] = sourceOf(key as keyof LabConfig, allowed.type === "optional", raw, environment);
    const { success, data, error } = allowed.safeParse(given, { jitless: true, reportInput: true });
    if (!success) problems.push(...error.issues.flatMap((issue) => sentences(issue, source)));
    else if (data !== undefined) values[key] = data;
  }
  for (const key of Object.keys(raw)) {
    if (isProviderKey(key)) problems.push(providerKeyProblem(key));
    else if (!Object.hasOwn(keys, key))
      problems.push(`${key} is not a key of this project; ${suggestion(key, Object.keys(keys))}`);
  }
  problems.push(...contradictions(values));
  return { values, problems };
}

/**
 * One error for all that is wrong with a config; a problem is a line of text that starts with the key.
 *
 * @param next the way out; by default the project's defaults
 */
export function configError(problems: readonly string[], place: string, next = wayBack(problems)): ConfigError {
  const count = problems.length === 1 ? "1 value" : `${problems.length} values`;
  return new ConfigError([`${count} of the config cannot be used:`, ...problems].join("\n  - "), {
    place,
    first:
      "set what is allowed with `npx canaryctl config set KEY VALUE`; or go back to what runs, else to the project's default",
    next,
  });
}

/** Each problem starts with where its value stands: a key, a field of one, or an environment variable. */
function wayBack(problems: readonly string[], raw: RawConfig = {}, before: RawConfig = {}): string {
  const places = new Set(problems.map((problem) => /^(services(\.[^\s.]+){1,2}|[^\s.]+)/.exec(problem)?.[0] ?? ""));
  const ofVariables = Object.values(variables).filter((name) => places.has(name));
  const keys = [...places].filter((place) => !ofVariables.includes(place) && !place.includes("."));
  const ofServices = [...places].flatMap((place) => {
    const [, service, key] = place.split(".");
    if (service === undefined) return [];
    return key === undefined // what is wrong with a name is no reason to remove anything
      ? "npx canaryctl config get services"
      : `npx canaryctl --app ${quoted(service)} config rm ${quoted(key)}`;
  });
  return [
    ...(ofVariables.length > 0 ? [`unset ${ofVariables.join(" ")}`] : []),
    ...(keys.length > 0 ? [configCommand(keys, raw, before)] : []),
    ...new Set(ofServices),
  ].join(" && ");
}

/** Sets the keys to what runs, or else to the defaults; takes them out where that leaves a fault, or where a default is no plain value. */
function configCommand(keys: readonly string[], raw: RawConfig, before: RawConfig): string {
  const known: RawConfig = { ...schemaDefaults(), ...before };
  const pairs = keys.map((key) => [key, known[key]] as const);
  const isPlain = pairs.every(([, value]) => plainText(value) !== undefined);
  return isPlain && configProblems({ ...raw, ...Object.fromEntries(pairs) }).length === 0
    ? `npx canaryctl config set ${pairs.flatMap(([key, value]) => [key, quoted(String(value))]).join(" ")}`
    : `npx canaryctl config rm ${keys.map(quoted).join(" ")}`;
}

/**
 * A value that a key takes, and that was perhaps meant by one that it does not: a word that is near, the same without signs, the default.
 *
 * @param isFit whether a value can stand there
 */
export function meantValue(key: string, given: string, isFit: (value: string) => boolean): string | undefined {
  const near = nearest(given, wordsOf(shape()[key as keyof LabConfig]));
  const bare = given.replace(/[%"'\s]/g, "");
  return [near, bare, bare.toLowerCase(), plainText(schemaDefaults()[key])].find((one) => one && isFit(one));
}

/** A value as text; undefined for none, and for an object: to put the default in its place would drop all of it. */
const plainText = (value: unknown): string | undefined =>
  (typeof value === "object" ? undefined : textOf(value)) || undefined;

/** The words of an enumeration; none for other types. */
function wordsOf(type: unknown): readonly string[] {
  const { def } = (type ?? {}) as { readonly def?: { readonly [key: string]: unknown } };
  if (def?.type === "boolean") return ["true", "false"];
  if (def?.type === "enum") return Object.values(def.entries as Readonly<Record<string, string>>);
  const inner = def?.innerType ?? (def?.type === "pipe" ? def.out : undefined);
  return inner === undefined ? [] : wordsOf(inner);
}

/** The value that counts for a key and the name of where it stands; an empty text or object of an optional key is none. */
function sourceOf(
  key: keyof LabConfig,
  isOptional: boolean,
  raw: RawConfig,
  environment: Variables,
): readonly [source: string, value: unknown] {
  const text = textOf(raw[key]);
  if (!isOptional || (text && text !== "{}")) return [key, raw[key] ?? undefined];
  const name = variables[key];
  return name ? [name, variable(environment, name)] : [key, undefined];
}

/** An issue as sentences that each start with the place of a value. */
function sentences(issue: core.$ZodIssue, source: string): string[] {
  const place = issue.path.reduce<string>(
    (path, part) => (typeof part === "number" ? `${path}[${part}]` : `${path}.${String(part)}`),
    source,
  );
  // A union of a word and an object, where an object was given: what is wrong in it says more than that it is no word.
  if (issue.code === "invalid_union" && typeof issue.input === "object" && issue.input !== null)
    return issue.errors.at(-1)?.flatMap((inner) => sentences(inner, place)) ?? [];
  if (issue.code !== "unrecognized_keys") return [`${place} ${issue.message}`];
  return issue.message.split("\n").map((message, index) => `${place}.${issue.keys[index]} ${message}`);
}

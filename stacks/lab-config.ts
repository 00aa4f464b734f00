import { isWeight, type Weight, weightRange } from "../canary/weight.ts";
import { LabError } from "../cluster/lab-error.ts";

/** The ways to split the traffic that this lab can set up. */
export const strategyNames = ["istio"] as const;
export type StrategyName = (typeof strategyNames)[number];

/** One stack's settings, checked. Pulumi.yaml describes each and holds its default. */
export interface LabConfig {
  readonly canaryWeight: Weight;
  readonly strategy: StrategyName;
  /** A DNS label. */
  readonly namespace: string;
  /** A DNS label of at most 40 characters, so that the names derived from it fit. */
  readonly app: string;
  readonly stableImage: string;
  readonly canaryImage: string;
  /** Whether the canary's pods run. Where they do not, `canaryWeight` is 0. */
  readonly canaryEnabled: boolean;
  /** Pods of the stable side, 1..50. */
  readonly replicas: number;
  /** Pods of the canary side, 1..50. */
  readonly canaryReplicas: number;
  /** Pods of Istio's control plane, 1..5. */
  readonly istiodReplicas: number;
  /** 30000..32767. */
  readonly gatewayNodePort: number;
  readonly kubeContext?: string;
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string;
  /** `host[:port][/path]`. */
  readonly imageRegistry?: string;
  /** Path of a folder. */
  readonly chartMirror?: string;
}

/** Values as a stack's config gives them: text, or what YAML makes of it. */
export type RawConfig = Readonly<Record<string, unknown>>;
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** What one key allows: `parse` answers undefined to anything else. */
interface Rule<T> {
  readonly allowed: string;
  readonly parse: (text: string) => T | undefined;
  /** The environment variable that stands in where the key is empty; with it, the key may be left out. */
  readonly variable?: string;
}

const integer = (lowest: number, highest: number): Rule<number> => ({
  allowed: `an integer from ${lowest} to ${highest}`,
  parse: (text) => {
    const value = /^(0|[1-9]\d{0,5})$/.test(text) ? Number(text) : Number.NaN;
    return value >= lowest && value <= highest ? value : undefined;
  },
});

const matching = (pattern: RegExp, allowed: string): Rule<string> => ({
  allowed,
  parse: (text) => (pattern.test(text) ? text : undefined),
});

const oneOf = <T extends string>(values: readonly T[]): Rule<T> => ({
  allowed: values.join(", "),
  parse: (text) => values.find((value) => value === text),
});

const or = (rule: Rule<string>, variable: string): Rule<string> => ({ ...rule, variable });

const weight: Rule<Weight> = {
  allowed: weightRange,
  parse: (text) => {
    const value = integer(0, 100).parse(text);
    return value !== undefined && isWeight(value) ? value : undefined;
  },
};

const boolean: Rule<boolean> = {
  allowed: "true, false",
  parse: (text) => (text === "true" ? true : text === "false" ? false : undefined),
};

const namePart = "[a-z0-9]+(?:[._-]+[a-z0-9]+)*";
const image = matching(
  new RegExp(
    `^(?:[a-zA-Z0-9.-]+(?::\\d+)?/)?${namePart}(?:/${namePart})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
  ),
  "an image reference such as versioned-echo:v1 or registry.example/team/echo@sha256:…",
);
const anything = matching(/\S/, "any text");

const rules: { readonly [Key in keyof LabConfig]-?: Rule<NonNullable<LabConfig[Key]>> } = {
  canaryWeight: weight,
  strategy: oneOf(strategyNames),
  namespace: matching(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "1 to 63 lower-case letters, digits and hyphens, no hyphen at an end",
  ),
  app: matching(
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    "1 to 40 lower-case letters, digits and hyphens, first a letter, last no hyphen",
  ),
  stableImage: image,
  canaryImage: image,
  canaryEnabled: boolean,
  replicas: integer(1, 50),
  canaryReplicas: integer(1, 50),
  istiodReplicas: integer(1, 5),
  gatewayNodePort: integer(30_000, 32_767),
  kubeContext: or(anything, "CANARY_LAB_KUBE_CONTEXT"),
  kubeconfig: or(anything, "CANARY_LAB_KUBECONFIG"),
  imageRegistry: or(
    matching(/^[a-zA-Z0-9.-]+(:\d{1,5})?(\/[a-z0-9._-]+)*$/, "host:port or host/path, without a scheme"),
    "CANARY_LAB_IMAGE_REGISTRY",
  ),
  chartMirror: or(anything, "CANARY_LAB_CHART_MIRROR"),
};

/** Every key that a stack's config may hold. */
export const configKeys: readonly string[] = Object.keys(rules);

/**
 * A stack's values, defaults included, as a {@link LabConfig}. Config wins over the environment.
 *
 * @param place where the values stand, for the message, such as `Pulumi.dev.yaml`
 * @throws LabError one that names every bad key, its value and what is allowed
 */
export function parseConfig(
  raw: RawConfig,
  environment: EnvironmentVariables = {},
  place = "the stack's config",
): LabConfig {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, rule] of Object.entries(rules)) {
    const [source, text] = sourceOf(key, rule, raw, environment);
    if (text === undefined) {
      if (!rule.variable) problems.push(`${key} is not set; allowed: ${rule.allowed}`);
      continue;
    }
    values[key] = rule.parse(text);
    if (values[key] === undefined) problems.push(`${source} is ${JSON.stringify(text)}; allowed: ${rule.allowed}`);
  }
  for (const key of Object.keys(raw)) {
    if (!(key in rules)) problems.push(`${key} is not a key of this project; ${suggestion(key)}`);
  }
  if (values.canaryEnabled === false && Number(values.canaryWeight) > 0) {
    problems.push(
      `canaryWeight is "${values.canaryWeight}" while canaryEnabled is false; allowed: 0, or canaryEnabled true`,
    );
  }
  if (problems.length > 0) throw configError(problems, place);
  return values as unknown as LabConfig; // every rule has answered, and each is typed by the key that it fills
}

/** One error for all that is wrong with a config; a problem is a line of text that starts with the key. */
export function configError(problems: readonly string[], place: string): LabError {
  const count = problems.length === 1 ? "1 value" : `${problems.length} values`;
  return new LabError([`${count} of the config cannot be used:`, ...problems].join("\n  - "), {
    place,
    next: "pulumi config set KEY VALUE (pulumi config rm KEY for one that does not belong here)",
  });
}

/** The text that counts for a key and the name of where it stands; empty text of an optional key is none. */
function sourceOf(
  key: string,
  rule: { readonly variable?: string },
  raw: RawConfig,
  environment: EnvironmentVariables,
): readonly [source: string, text: string | undefined] {
  const value = raw[key];
  const text =
    value === undefined || value === null
      ? undefined
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  if (!rule.variable || text) return [key, text];
  return [rule.variable, environment[rule.variable] || undefined];
}

function suggestion(key: string): string {
  const nearest = configKeys
    .map((known) => ({ known, distance: editDistance(key.toLowerCase(), known.toLowerCase()) }))
    .reduce((best, next) => (next.distance < best.distance ? next : best));
  return nearest.distance <= 3 ? `did you mean ${nearest.known}?` : `allowed: ${configKeys.join(", ")}`;
}

/** How many letters must be put in, left out or exchanged to turn one word into the other (Levenshtein 1965). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const exchanged = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

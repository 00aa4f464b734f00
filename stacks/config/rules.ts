import { parseDuration } from "../../canary/duration.ts";
import { isWeight, type Weight, weightRange } from "../../canary/weight.ts";
import type { PodCount } from "../../components/rolling-update/render-rolling-update.ts";

/** What one value allows. */
export interface Rule<T> {
  readonly allowed: string;
  /** The value, or undefined with everything that is wrong with it reported, one sentence each, which starts with `source`. */
  readonly read: (text: string, source: string, report: (problem: string) => void) => T | undefined;
  /** Whether empty text stands for no value. */
  readonly optional?: true;
  /** The environment variable that stands in for an optional value that is empty. */
  readonly variable?: string;
}

/** The problem of a value that is no such thing at all. */
export const notAllowed = (source: string, text: string, allowed: string): string =>
  `${source} is ${JSON.stringify(text)}; allowed: ${allowed}`;

/** A rule for one word: `parse` answers undefined to what is not allowed. */
export const scalar = <T>(allowed: string, parse: (text: string) => T | undefined): Rule<T> => ({
  allowed,
  read: (text, source, report) => {
    const value = parse(text);
    if (value === undefined) report(notAllowed(source, text, allowed));
    return value;
  },
});

export const optional = <T>(rule: Rule<T>, variable?: string): Rule<T> => ({
  ...rule,
  optional: true,
  ...(variable && { variable }),
});

const integerIn = (text: string, lowest: number, highest: number): number | undefined => {
  const value = /^(0|[1-9]\d{0,6})$/.test(text) ? Number(text) : Number.NaN;
  return value >= lowest && value <= highest ? value : undefined;
};

export const integer = (lowest: number, highest: number): Rule<number> =>
  scalar(`an integer from ${lowest} to ${highest}`, (text) => integerIn(text, lowest, highest));

/** A number between the two, which are not allowed themselves. */
export const between = (low: number, high: number): Rule<number> =>
  scalar(`a number above ${low} and below ${high}, of at most 9 decimals, written as 0.01 is`, (text) => {
    const value = /^\d{1,6}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    return value > low && value < high ? value : undefined;
  });

export const matching = (pattern: RegExp, allowed: string): Rule<string> =>
  scalar(allowed, (text) => (pattern.test(text) ? text : undefined));

export const oneOf = <T extends string>(values: readonly T[]): Rule<T> =>
  scalar(values.join(", "), (text) => values.find((value) => value === text));

export const boolean: Rule<boolean> = scalar("true, false", (text) =>
  text === "true" ? true : text === "false" ? false : undefined,
);

export const weight: Rule<Weight> = scalar(weightRange, (text) => {
  const value = integerIn(text, 0, 100);
  return value !== undefined && isWeight(value) ? value : undefined;
});

/** Text such as `1m`, in seconds. */
export const duration = (lowest: string, highest: string): Rule<number> =>
  scalar(`a duration from ${lowest} to ${highest}, written as 20s, 2m or 1h are`, (text) => {
    const [value = -1, low = 0, high = 0] = [text, lowest, highest].map(parseDuration);
    return value >= low && value <= high ? value : undefined;
  });

export const podCount = scalar<PodCount>("an integer from 0 to 50, or 0% to 100%", (text) => {
  const [, percent] = /^(\d+)%$/.exec(text) ?? [];
  if (percent === undefined) return integerIn(text, 0, 50);
  const share = integerIn(percent, 0, 100);
  return share === undefined ? undefined : `${share}%`;
});

// As container runtimes read references (github.com/distribution/reference): what they refuse would be told by a pod that cannot start.
const hostPart = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const port = "(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
export const registryHost = `${hostPart}(?:\\.${hostPart})*(?::${port})?`;
export const namePart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
export const image = matching(
  new RegExp(
    `^(?=[^@]{1,255}(?:@|$))(?:${registryHost}/)?${namePart}(?:/${namePart})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
  ),
  "an image reference such as versioned-echo:v1 or registry.example/team/echo@sha256:…",
);
export const anything = matching(/\S/, "any text");

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

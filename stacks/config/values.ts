import * as z from "zod";
import { parseDuration } from "../../canary/duration.ts";
import { toWeight, weightRange } from "../../canary/weight.ts";
import { signingKey, signingKeyForms } from "../../cluster/images/signing-key.ts";
import { textOf, valueIn } from "./raw-values.ts";
import { nearest, suggestion } from "./suggestion.ts";

/** The end of each sentence about a value that is refused. `parseConfig` puts the place in front of it. */
export const says = (allowed: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined || input === null
      ? `is not set; allowed: ${allowed}`
      : `is ${JSON.stringify(textOf(input))}; allowed: ${allowed}`,
  abort: true, // one sentence for one value
});

/** YAML gives a value as what it is, the engine as text: `read` makes one of both, or leaves alone what cannot be read. */
export const read = <S extends z.ZodType>(schema: S, convert: (text: string) => unknown = (text) => text) =>
  z.preprocess((value) => {
    const text = textOf(value);
    return text === undefined ? value : convert(text);
  }, schema);

export const integerIn = (text: string): number | string => (/^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : text);

export function integerFrom(lowest: number, highest: number, allowed = `an integer from ${lowest} to ${highest}`) {
  return z.int(says(allowed)).min(lowest, says(allowed)).max(highest, says(allowed)).describe(allowed);
}

export const integer = (lowest: number, highest: number) => read(integerFrom(lowest, highest), integerIn);

export const weight = read(integerFrom(0, 100, weightRange).transform(toWeight), integerIn);

const decimalIn = (text: string): number | string => (/^\d{1,6}(\.\d{1,9})?$/.test(text) ? Number(text) : text);
const written = "of at most 9 decimals, written as 0.01 is";

/** A number between the two, which are not allowed themselves. */
export function between(low: number, high: number) {
  const allowed = `a number above ${low} and below ${high}, ${written}`;
  return read(z.number(says(allowed)).gt(low, says(allowed)).lt(high, says(allowed)).describe(allowed), decimalIn);
}

/** A number from one to the other. */
export function fromTo(low: number, high: number) {
  const allowed = `a number from ${low} to ${high}, ${written}`;
  return read(z.number(says(allowed)).min(low, says(allowed)).max(high, says(allowed)).describe(allowed), decimalIn);
}

export const matching = (pattern: RegExp, allowed: string) =>
  read(z.string(says(allowed)).regex(pattern, says(allowed)).describe(allowed));

export const oneOf = <const T extends readonly string[]>(values: T, allowed = values.join(", ")) =>
  read(z.enum(values, saysNear(values, allowed)).describe(allowed));

/** As {@link says}, with the word that was perhaps meant. */
function saysNear(values: readonly string[], allowed: string) {
  const { error, ...rest } = says(allowed);
  return {
    ...rest,
    error: (issue: { readonly input?: unknown }) => {
      const near = nearest(textOf(issue.input) ?? "", values);
      return near === undefined ? error(issue) : error(issue).replace("; ", `; did you mean ${near}? `);
    },
  };
}

export const boolean = read(
  z.boolean(says("true, false")),
  (text) => new Map<string, unknown>(Object.entries({ true: true, false: false })).get(text) ?? text,
);

/**
 * Text such as `1m`; `parseDuration` has its seconds.
 *
 * @param word a word that may stand in its place
 */
export function duration(lowest: string, highest: string, word?: string) {
  const range = `a duration from ${lowest} to ${highest}, written as 20s, 2m or 1h are`;
  const allowed = word === undefined ? range : `${range}, or ${word}`;
  const seconds = (text: string) => parseDuration(text) ?? Number.NaN;
  return matching(new RegExp(`^([1-9]\\d{0,4}[smh]${word === undefined ? "" : `|${word}`})$`), allowed).refine(
    (text) => text === word || (seconds(text) >= seconds(lowest) && seconds(text) <= seconds(highest)),
    says(allowed),
  );
}

const podCountRange = "an integer from 0 to 50, or 0% to 100%";
export const podCount = read(
  z
    .union(
      [
        integerFrom(0, 50, podCountRange),
        z
          .string(says(podCountRange))
          .regex(/^(\d|[1-9]\d|100)%$/, says(podCountRange))
          .transform((text) => text as `${number}%`),
      ],
      says(podCountRange),
    )
    .describe(podCountRange),
  integerIn,
);

// As container runtimes read references (github.com/distribution/reference): what they refuse would be told by a pod that cannot start.
const hostPart = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const port = "(?:[1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
const registryHost = `${hostPart}(?:\\.${hostPart})*(?::${port})?`;
const namePart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
export const image = matching(
  new RegExp(
    `^(?=[^@]{1,255}(?:@|$))(?:${registryHost}/)?${namePart}(?:/${namePart})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
  ),
  "an image reference such as versioned-echo:v1 or registry.example/team/echo@sha256:…",
);
export const registry = matching(
  new RegExp(`^${registryHost}(?:/${namePart})*$`),
  "host:port or host/path, without a scheme",
);
/** See `signingKey`. What is refused is not repeated: it may be a private key. */
const noKey = { error: `is no such key; allowed: ${signingKeyForms}`, abort: true };
export const publicKey = read(
  z
    .string(noKey)
    .refine((text) => signingKey(text) !== undefined, noKey)
    .describe(signingKeyForms),
);
export const anything = matching(/\S/, "any text");

const dnsLabel = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
/** A DNS subdomain (RFC 1123), as the API server wants the name of a Secret. */
export const secretName = matching(
  new RegExp(`^(?=.{1,253}$)${dnsLabel}(?:\\.${dnsLabel})*$`),
  "the name of a Secret, of lower-case letters, digits, hyphens and dots",
);

/** An object whose fields each have a schema, as YAML or as JSON text. A misspelt field is refused, with the one that was perhaps meant. */
export function object<Shape extends z.core.$ZodShape>(shape: Shape) {
  const names = Object.keys(shape);
  const { error } = says(`an object of ${names.join(", ")}`);
  return z.preprocess(
    objectIn,
    z.strictObject(shape, {
      error: (issue) => (issue.code === "unrecognized_keys" ? unknownFields(issue, names) : error(issue)),
    }),
  );
}

/** A line for each field that is not known, in their order. */
function unknownFields(
  { keys, input }: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>,
  names: readonly string[],
): string {
  const given = input as Readonly<Record<string, unknown>>;
  const lines = keys.map(
    (key) => `is ${JSON.stringify(given[key])}, and no such field is known; ${suggestion(key, names)}`,
  );
  return lines.join("\n");
}

/** A list of at least one, as YAML or as JSON text. */
export const list = <S extends z.ZodType>(entry: S, allowed: string) =>
  z.preprocess(parsed, z.array(entry, says(allowed)).min(1, says(allowed)));

/** A list of at least one of several words, each once. */
export function distinct<const T extends readonly string[]>(values: T) {
  const allowed = `a list of ${values.join(", ")}, each at most once`;
  return list(oneOf(values), allowed)
    .refine((found) => new Set(found).size === found.length, says(allowed))
    .describe(allowed);
}

/** The object that a value or its JSON text is; anything else as it is. */
export function objectIn(value: unknown): unknown {
  const found = parsed(value);
  return typeof found === "object" && !Array.isArray(found) ? found : value;
}

const parsed = (value: unknown): unknown => (typeof value === "string" ? (valueIn(value) ?? value) : value);

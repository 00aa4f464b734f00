/** What a bad canary does. Every field at its harmless value (see {@link noFaults}) is a healthy service. */
export interface Faults {
  /** Share of answers to `/` and `/version` that are errors, 0..1. Default 0. */
  readonly errorRate: number;
  /** Added to every answer to `/` and `/version`, in milliseconds, 0..60000. Default 0. */
  readonly latencyMilliseconds: number;
  /** False makes the readiness probe fail. Default true. */
  readonly ready: boolean;
  /** True ends the process with exit code 1. Default false. */
  readonly crash: boolean;
}

export const noFaults: Faults = { errorRate: 0, latencyMilliseconds: 0, ready: true, crash: false };

/** Longest latency that can be asked for, in milliseconds. */
export const maxLatencyMilliseconds = 60_000;

const numberBetween = (low: number, high: number) => (value: unknown) =>
  typeof value === "number" && value >= low && value <= high ? undefined : `a number from ${low} to ${high}`;
const trueOrFalse = (value: unknown) => (typeof value === "boolean" ? undefined : "true or false");

/** For each fault, what is allowed where a value is not. */
const rules: Readonly<Record<keyof Faults, (value: unknown) => string | undefined>> = {
  errorRate: numberBetween(0, 1),
  latencyMilliseconds: numberBetween(0, maxLatencyMilliseconds),
  ready: trueOrFalse,
  crash: trueOrFalse,
};

const isFault = (key: string): key is keyof Faults => Object.hasOwn(rules, key);

/**
 * Reads a set of faults. It is complete: a field that is not named has its harmless value, so `{}` makes the service healthy.
 *
 * @returns the faults, or one sentence for each thing that is wrong
 */
export function parseFaults(input: unknown): { readonly faults: Faults } | { readonly problems: readonly string[] } {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return { problems: [`expected a JSON object with any of ${Object.keys(rules).join(", ")}`] };
  }
  const problems = Object.entries(input).flatMap(([key, value]) => {
    if (!isFault(key)) return [`unknown field ${key}: allowed are ${Object.keys(rules).join(", ")}`];
    const allowed = rules[key](value);
    return allowed ? [`${key} is ${JSON.stringify(value)}: allowed is ${allowed}`] : [];
  });
  return problems.length > 0 ? { problems } : { faults: { ...noFaults, ...input } };
}

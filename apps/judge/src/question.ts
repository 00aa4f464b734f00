import { edgesFor, type JudgeOptions, judgeConfig, type Speaker } from "../../../canary/judge/config.ts";
import { type Release, telemetryNames, versionLabels } from "../../../canary/judge/counters/telemetry.ts";
import { type LimitParameter, limitParameters } from "../../../canary/judge/parameters.ts";

/** What a verdict is asked about. */
export interface Question {
  readonly release: Release;
  /** Unix seconds at which the release began; undefined where the canary's first request after a pause says so. */
  readonly since: number | undefined;
  /** Seconds to look back for the beginning where `since` is not given. */
  readonly windowSeconds: number;
  /** Seconds between two readings. */
  readonly stepSeconds: number;
  /** Whether a pass needs the latency, too. */
  readonly needsLatency: boolean;
  readonly options: JudgeOptions & { readonly latency: { readonly edges: readonly number[] } };
}

/** Each parameter of a question. docs/judge-service.md says what it means. */
export const parameters = [
  ...(["namespace", "app", "telemetry", "by", "stable", "canary", "since", "window", "step", "latency"] as const),
  ...(["errorRate", "p95Milliseconds", "alpha", "beta", "mayFail"] as const),
  ...(Object.keys(limitParameters) as LimitParameter[]),
] as const;
type Parameter = (typeof parameters)[number];

const isParameter = (name: string): name is Parameter => parameters.some((parameter) => parameter === name);

/** Defaults from the environment: `JUDGE_P95_MILLISECONDS` for `p95Milliseconds`. */
export const parameterDefaults = (environment: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    parameters.flatMap((name) => {
      const value = environment[`JUDGE_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`];
      return value ? [[name, value] as const] : [];
    }),
  );

/** Reads a question. @returns it, or one sentence for each thing that is wrong */
export function parseQuestion(
  input: Readonly<Record<string, unknown>>,
): { readonly question: Question } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (!isParameter(name)) problems.push(`unknown parameter ${name}: allowed are ${parameters.join(", ")}`);
    else if (typeof value !== "string" || value.length > 253 || value.trim() !== value)
      problems.push(`${name} is ${JSON.stringify(value)}: allowed is a text of at most 253 characters, given once`);
  }
  if (problems.length > 0) return { problems };

  const text = (name: Parameter): string | undefined => (input[name] as string | undefined) || undefined;
  const needed = (name: Parameter): string => {
    const value = text(name);
    if (value === undefined) problems.push(`${name} is missing`);
    return value ?? "";
  };
  const number = (name: Parameter, low: number, high: number): number | undefined => {
    const value = Number(text(name) ?? low);
    if (!(value >= low && value <= high))
      problems.push(`${name} is "${text(name)}": allowed is a number from ${low} to ${high}`);
    return text(name) === undefined ? undefined : value;
  };
  const oneOf = <T extends string>(name: Parameter, allowed: readonly [T, ...T[]]): T => {
    const value = allowed.find((each) => each === (text(name) ?? allowed[0]));
    if (value === undefined) problems.push(`${name} is "${text(name)}": allowed are ${allowed.join(", ")}`);
    return value ?? allowed[0];
  };

  const telemetry = oneOf("telemetry", telemetryNames);
  const release: Release = {
    telemetry,
    namespace: needed("namespace"),
    app: telemetry === "envoy" ? needed("app") : text("app"),
    by: text("by") ?? versionLabels[telemetry],
    stable: needed("stable"),
    canary: needed("canary"),
  };
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(release.by)) problems.push(`by is "${release.by}": allowed is a label's name`);
  if (release.stable === release.canary) problems.push("stable and canary are the same: allowed are two versions");
  const windowSeconds = number("window", 60, 86_400) ?? 3600;
  const stepSeconds = number("step", 1, 300) ?? 5;
  const needsLatency = oneOf("latency", ["on", "off"]) === "on";
  const since = sinceIn(text("since"));
  if (Number.isNaN(since))
    problems.push(`since is "${text("since")}": allowed is a time such as 2026-01-31T12:00:00Z, or Unix seconds`);
  const options = optionsOf(number, input.mayFail as string | undefined);
  try {
    judgeConfig(options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push(error.message);
  }
  return problems.length > 0
    ? { problems }
    : { question: { release, since, windowSeconds, stepSeconds, needsLatency, options } };
}

/** NaN for what is no time. */
function sinceIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d+([.]\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
}

function optionsOf(
  number: (name: Parameter, low: number, high: number) => number | undefined,
  mayFail: string | undefined,
): Question["options"] {
  const alpha = number("alpha", 0, 1);
  const beta = number("beta", 0, 1);
  const errorRate = number("errorRate", 0, 1) ?? 0.01;
  const p95Milliseconds = number("p95Milliseconds", 0, 600_000) ?? 250;
  const limits: Record<"errors" | "latency", Record<string, number>> = { errors: {}, latency: {} };
  for (const [name, [group, key]] of Object.entries(limitParameters)) {
    const value = number(name as LimitParameter, 0, 600_000);
    if (value !== undefined) limits[group][key] = value;
  }
  return {
    ...(alpha !== undefined && { alpha }),
    ...(beta !== undefined && { beta }),
    // Empty for nobody, which is not the default; judgeConfig refuses words that are none of the speakers.
    ...(mayFail !== undefined && { mayFail: (mayFail === "" ? [] : mayFail.split(",")) as Speaker[] }),
    objective: { errorRate, p95Milliseconds },
    errors: limits.errors,
    latency: { ...limits.latency, edges: edgesFor(p95Milliseconds) },
  };
}

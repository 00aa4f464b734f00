import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { type Variables, variable } from "@canary-lab/kit/variables";
import type { LabConfig } from "../lab-config.ts";
import { contradictions } from "./contradictions.ts";
import { isProviderKey, providerKeyProblem } from "./other-keys.ts";
import { rules } from "./rule-table.ts";
import { type Rule, textOf } from "./rules.ts";
import { suggestion } from "./suggestion.ts";

/** Values as a stack's config gives them: text, objects as JSON text, or what YAML makes of both. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Every key that a stack's config may hold. */
export const configKeys: readonly string[] = Object.keys(rules);

/**
 * A stack's values, defaults included, as a {@link LabConfig}. Config wins over the environment.
 *
 * @param place where the values stand, for the message, such as `Pulumi.dev.yaml`
 * @throws UserError one that names every bad key, its value and what is allowed
 */
export function parseConfig(raw: RawConfig, environment: Variables = {}, place = "the stack's config"): LabConfig {
  const { values, problems } = read(raw, environment);
  if (problems.length > 0) throw configError(problems, place);
  return values as unknown as LabConfig; // every rule has answered, and each is typed by the key that it fills
}

/** What is wrong with a stack's values, one sentence each. */
export const configProblems = (raw: RawConfig): readonly string[] => read(raw, {}).problems;

function read(raw: RawConfig, environment: Variables) {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const report = (problem: string) => void problems.push(problem);
  for (const [key, rule] of Object.entries<Rule<unknown>>(rules)) {
    const [source, text] = sourceOf(key, rule, raw, environment);
    if (text !== undefined) values[key] = rule.read(text, source, report);
    else if (!rule.optional) report(`${key} is not set; allowed: ${rule.allowed}`);
  }
  for (const key of Object.keys(raw)) {
    if (isProviderKey(key)) report(providerKeyProblem(key));
    else if (!Object.hasOwn(rules, key)) report(`${key} is not a key of this project; ${suggestion(key, configKeys)}`);
  }
  problems.push(...contradictions(values));
  return { values, problems };
}

/**
 * One error for all that is wrong with a config; a problem is a line of text that starts with the key.
 *
 * @param next the way out; by default the project's defaults
 */
export function configError(problems: readonly string[], place: string, next = wayBack(problems)): UserError {
  const count = problems.length === 1 ? "1 value" : `${problems.length} values`;
  return new UserError([`${count} of the config cannot be used:`, ...problems].join("\n  - "), {
    place,
    first: "set what is allowed with `npx canaryctl config set KEY VALUE`; or put the project's defaults back",
    next,
  });
}

/** Each problem starts with where its value stands: a key, a field of one, or an environment variable. */
function wayBack(problems: readonly string[]): string {
  const places = new Set(problems.map((problem) => /^[^\s.]+/.exec(problem)?.[0] ?? ""));
  const variables = [...places].filter((place) =>
    Object.values<Rule<unknown>>(rules).some(({ variable }) => variable === place),
  );
  const keys = [...places].filter((place) => !variables.includes(place));
  return [
    ...(variables.length > 0 ? [`unset ${variables.join(" ")}`] : []),
    ...(keys.length > 0 ? [`npx canaryctl config rm ${keys.map(quoted).join(" ")}`] : []),
  ].join(" && ");
}

/** The text that counts for a key and the name of where it stands; an empty text or object of an optional key is none. */
function sourceOf(
  key: string,
  rule: { readonly optional?: true; readonly variable?: string },
  raw: RawConfig,
  environment: Variables,
): readonly [source: string, text: string | undefined] {
  const text = textOf(raw[key]);
  if (!rule.optional || (text && text !== "{}")) return [key, text];
  return rule.variable ? [rule.variable, variable(environment, rule.variable)] : [key, undefined];
}

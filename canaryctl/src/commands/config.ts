import { quoted } from "@canary-lab/kit/programs";
import type { Command } from "commander";
import {
  collisions,
  configKeys,
  configProblems,
  meantValue,
  type RawConfig,
} from "../../../stacks/config/parse-config.ts";
import { serviceKeys, servicesIn } from "../../../stacks/config/service-values.ts";
import { nearest, suggestion } from "../../../stacks/config/suggestion.ts";
import { mustNameFile } from "../lab.ts";
import { print } from "../print.ts";
import type { StackFile } from "../stack-file.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";

export const set = (words: readonly string[], command: Command): void => print([write(fileOf(command), words)]);

export function remove(keys: readonly string[], command: Command): void {
  const stackFile = fileOf(command);
  refuse(newCollisions(stackFile, keys, {}), stackFile, keys);
  const removed = stackFile.remove(keys);
  print(keys.map((key) => (removed.includes(key) ? `${key} is removed.` : `${key} was not set.`)));
}

export function get(key: string, command: Command): void {
  const file = fileOf(command);
  mustBeKey(key, file, (near) => `npx canaryctl config get ${near}`);
  print([String(file.values()[key] ?? "")]);
}

function fileOf(command: Command): StackFile {
  const stackFile = stackFileOf(optionsOf(command));
  mustNameFile(optionsOf(command), stackFile);
  return stackFile;
}

/** @throws UsageError where a value is not allowed, alone or with the rest; what was wrong before does not count */
function write(stackFile: StackFile, words: readonly string[]): string {
  const pairs = words.flatMap((key, index) => (index % 2 === 0 ? [[key, words[index + 1] ?? ""] as const] : []));
  for (const [key] of pairs)
    mustBeKey(key, stackFile, (near) => setCommand(pairs.map(([name, value]) => [name === key ? near : name, value])));
  // What is replaced may be what cannot be read.
  const before = stackFile.valuesOf(configKeys().filter((key) => !pairs.some(([changed]) => changed === key)));
  const known = configProblems(before);
  const problemsOf = (changed: RawConfig) =>
    configProblems({ ...before, ...changed }).filter((problem) => !known.includes(problem));
  const changes = Object.fromEntries(pairs);
  if (words.length % 2 !== 0) {
    throw new UsageError(`${words.at(-1)} has no value.`, {
      allowed: "keys, each with its value",
      next: mended(changes, problemsOf) ?? "npx canaryctl config set --help",
    });
  }
  const keys = pairs.map(([key]) => key);
  const problems = [...new Set([...problemsOf(changes), ...newCollisions(stackFile, keys, changes)])];
  refuse(problems, stackFile, keys, mended(changes, problemsOf));
  stackFile.set(changes);
  return pairs.map(([key]) => `${key}: ${changes[key]}`).join("\n");
}

/** The command that sets what was perhaps meant by values of which some are bad; undefined where nobody knows, or all are right. */
function mended(
  changes: Readonly<Record<string, string>>,
  problemsOf: (changed: RawConfig) => readonly string[],
): string | undefined {
  const isBad = (key: string, changed: RawConfig) => problemsOf(changed).some((problem) => isAbout(problem, key));
  if (problemsOf(changes).length === 0) return undefined;
  const meant = Object.entries(changes).map(([key, given]): [string, string] => {
    const isFit = (value: string) => !isBad(key, { ...changes, [key]: value });
    return [key, isBad(key, changes) ? (meantValue(key, given, isFit) ?? given) : given];
  });
  return problemsOf(Object.fromEntries(meant)).length === 0 ? setCommand(meant) : undefined;
}

const setCommand = (pairs: readonly (readonly [key: string, value: string])[]): string =>
  `npx canaryctl config set ${pairs.flat().map(quoted).join(" ")}`;

function refuse(problems: readonly string[], stackFile: StackFile, keys: readonly string[], next?: string): void {
  if (problems.length === 0) return;
  throw new UsageError(["Nothing is written:", ...problems].join("\n  - "), {
    place: stackFile.name,
    next: next ?? `npx canaryctl config get ${keyOf(problems, keys)}`,
  });
}

/** What says which applications a stack has, and where. */
const placeKeys: readonly string[] = ["app", "namespace", "services"];

/** What two applications of the stack would have in common by a change of `keys`, and have not already whatever those are. */
function newCollisions(stackFile: StackFile, keys: readonly string[], changes: RawConfig): readonly string[] {
  const { service } = stackFile;
  if (!keys.some((key) => placeKeys.includes(key))) return []; // what cannot be read elsewhere is no matter then
  const isLeft = (key: string) => service !== undefined || !keys.includes(key);
  const stack = stackFile.whole().valuesOf(placeKeys.filter(isLeft));
  const services = servicesIn(stack);
  const own = Object.entries(services[service ?? ""] ?? {}).filter(([key]) => !keys.includes(key));
  const withValues = (values: RawConfig): RawConfig =>
    service === undefined
      ? { ...stack, ...values }
      : { ...stack, services: { ...services, [service]: { ...Object.fromEntries(own), ...values } } };
  const known = collisions(withValues(Object.fromEntries(keys.map((key) => [key, ""]))));
  return collisions(withValues(changes))
    .filter((problem) => !known.includes(problem))
    .map((problem) => problem.replace(`services.${service}.`, ""));
}

/** The first of the keys that a problem is about. */
const keyOf = (problems: readonly string[], keys: readonly string[]): string | undefined =>
  keys.find((key) => problems.some((problem) => isAbout(problem, key))) ?? keys[0];

const isAbout = (problem: string, key: string): boolean => new RegExp(`^${key}\\b`).test(problem);

/** @param withNear the same command, with the key that was perhaps meant */
function mustBeKey(key: string, { service, stack }: StackFile, withNear: (near: string) => string): void {
  if (service !== undefined && configKeys().includes(key) && !serviceKeys.some((one) => one === key)) {
    throw new UsageError(`${key} is about all of stack ${stack}, and --app names its service ${service}.`, {
      allowed: `config without --app, or a key that a service may have: ${serviceKeys.join(", ")}`,
      next: `npx canaryctl config get ${key}`,
    });
  }
  if (configKeys().includes(key)) return;
  const near = nearest(key, configKeys());
  throw new UsageError(`${key} is not a key of this project; ${suggestion(key, configKeys())}`, {
    next: near === undefined ? "npx canaryctl config --help" : withNear(near),
  });
}

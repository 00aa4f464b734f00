import type { Outcome } from "./command.ts";
import { canaryctl, pulumi } from "./lab.ts";
import { keepConfig, readConfig } from "./stack-config.ts";

/** A value of the stack's config; an object or a list is written field by field. */
export type StackValue =
  | string
  | number
  | boolean
  | readonly StackValue[]
  | { readonly [field: string]: StackValue | undefined };

/** Values by key; `undefined` takes a key out, so that its default holds. */
export type StackValues = Readonly<Record<string, StackValue | undefined>>;

/** The stack as its config's defaults have it. */
export const startingPoint = { strategy: "istio", canaryEnabled: true, canaryWeight: 10 } as const;

/** From any stack without a controller in charge, and from any position of one without a canary, to {@link startingPoint}. */
export async function backToStart(): Promise<void> {
  await setConfig(startingPoint);
  await mustBeUp();
}

/** Nothing of v2 runs: only from here, and only to here, may a stack change its strategy. The cases meet here, under istio. */
export const withoutCanary = { canaryEnabled: false, canaryWeight: 0 } as const;

const currentStrategy = (): string => readConfig("strategy") ?? startingPoint.strategy;

/**
 * Brings the lab to a stack with these values, from wherever {@link backToStart} can start too, and gives the way back: to the config as it
 * was, but {@link withoutCanary}, for what comes next takes the canary away first, or makes one. Both ways are what a user does: take the
 * canary away, set the config, `up`. There is no canary then, unless `values` say otherwise.
 */
export async function enterStack(values: StackValues): Promise<() => Promise<void>> {
  const restore = keepConfig();
  const leave = async () => {
    if (currentStrategy() !== startingPoint.strategy) {
      await setConfig(withoutCanary);
      await canaryctl("up"); // where this fails, of a release that cannot end, the switch says whether it may be left
    }
    restore();
    await setConfig({ ...withoutCanary, strategy: startingPoint.strategy });
    await mustBeUp();
  };
  try {
    await setConfig(withoutCanary);
    if ((values.strategy ?? startingPoint.strategy) !== currentStrategy()) await mustBeUp();
    await setConfig(values);
    await mustBeUp();
  } catch (error) {
    await leave().catch(() => {}); // the cause is what matters; whoever comes next begins by going back as well
    throw error;
  }
  return leave;
}

/** `canaryctl up`, which has to succeed: it builds what the config needs, deploys it, waits for it, and measures the split. */
export async function mustBeUp(): Promise<Outcome> {
  const outcome = await canaryctl("up");
  if (outcome.exitCode !== 0) throw new Error(`canaryctl up ended with ${outcome.exitCode}:\n${outcome.output}`);
  return outcome;
}

/** Sets keys of the stack's config by the commands that a user types. An object or a list takes the place of the one before it whole. */
export async function setConfig(values: StackValues): Promise<void> {
  const { remove, set } = configCommands(values);
  if (remove.length > 0) mustSucceed(await pulumi("config", "rm-all", ...remove));
  const plain = set.flatMap((assignment) => ["--plaintext", assignment]);
  if (set.length > 0) mustSucceed(await pulumi("config", "set-all", "--path", ...plain));
}

/** What {@link setConfig} types: the keys for `pulumi config rm-all`, the assignments for `pulumi config set-all --path`. */
export function configCommands(values: StackValues): { readonly remove: string[]; readonly set: string[] } {
  const keys = Object.entries(values);
  return {
    remove: keys.filter(([, value]) => value === undefined || typeof value === "object").map(([key]) => key),
    set: keys.flatMap(([key, value]) => assignments(key, value)),
  };
}

function assignments(path: string, value: StackValue | undefined): string[] {
  if (value === undefined) return [];
  if (isList(value)) return value.flatMap((item, index) => assignments(`${path}[${index}]`, item));
  if (typeof value === "object")
    return Object.entries(value).flatMap(([key, item]) => assignments(`${path}.${key}`, item));
  return [`${path}=${value}`];
}

const isList = (value: StackValue): value is readonly StackValue[] => Array.isArray(value);

function mustSucceed({ exitCode, command, output }: Outcome): void {
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}:\n${output}`);
}

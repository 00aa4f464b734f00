import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { notedTarget, readRecords, recordOf, stacksIn } from "../../stacks/lab-records.ts";
import { stackCommands } from "../../stacks/service-commands.ts";
import { noCluster } from "../../stacks/stack-environment.ts";
import { folderOrganization, fullName, parseStackName } from "../../stacks/stack-name.ts";
import { PulumiEngine } from "./engine/engine.ts";
import { FileState } from "./engine/file-state.ts";
import { isInBackend } from "./engine/state.ts";
import { backendUrl, engineVariables } from "./engine/variables.ts";
import { StackFile } from "./stack-file.ts";
import { bareStack, printFor } from "./this-stack.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Settles which stack a command is about, before the command does anything: the one that it names, or the one that a command without
 * `--stack` means. A stack that is neither in the state nor has a file is refused: its config would be the project's defaults, and
 * with them another stack's namespace.
 *
 * @throws UsageError for a name that cannot be a stack's, or is no stack's
 */
export async function chooseStack(program: Command, command: Command): Promise<void> {
  const { stack: named, stacks = [], ns, app } = program.opts<GlobalFlags>();
  const implied = bareStack();
  const { reference, source } = named === undefined ? implied : { reference: named, source: "--stack" };
  if (named === undefined) program.setOptionValueWithSource("stack", reference, "default");
  const { create, json, markdown } = command.opts<{ create?: boolean; json?: boolean; markdown?: boolean }>();
  // Of each of its stacks the preview for programs tells what stands in its way.
  if (command.name() === "preview" && (json || markdown)) {
    const service = await serviceNamed(reference, app);
    if (service !== undefined) throw allOfStack("preview", service);
    return;
  }
  const isOfGroup = command.parent?.name() === "stack"; // which names its stacks by itself
  refuseUnread(isOfGroup ? `stack ${command.name()}` : command.name(), { stack: named, ns, app });
  if (["comment", "lab"].includes(command.name())) return; // which are about texts
  if (new Set(stacks).size > 1 && command.name() !== "preview") throw severalStacks(stacks);
  if (isOfGroup && named === undefined) return;
  const stackFile = openFile(reference, source);
  if (isOfGroup) return;
  const service = await serviceNamed(reference, app);
  printFor(stackFile.reference, service);
  if (service !== undefined && stackCommands.includes(command.name())) throw allOfStack(command.name(), service);
  if (create !== true) await mustBeUsable(stackFile, source, command.name());
  else stackFile.mustBeReadable();
}

/** The service that --app names; undefined where it names the stack's own application, or nothing that there is. */
const serviceNamed = async (stack: string, app: string | undefined): Promise<string | undefined> =>
  app === undefined ? undefined : (await import("./stack-file-of.ts")).stackFileOf({ stack, app }).service;

const allOfStack = (command: string, service: string): UsageError =>
  new UsageError(`${command} is about all of the stack, and --app names its service ${service}.`, {
    allowed: `${command} without --app`,
    next: `npx canaryctl ${command} --help`,
  });

interface GlobalFlags {
  readonly stack?: string;
  readonly stacks?: readonly string[];
  readonly ns?: string | undefined;
  readonly app?: string | undefined;
}

type GlobalFlag = "stack" | "ns" | "app";

/** Why a command does not read a flag that all have, and what is allowed in its place. */
type Unread = readonly [why: string, allowed: string];

const unreadBy = (command: string, why: string, ...flags: readonly GlobalFlag[]): Partial<Record<GlobalFlag, Unread>> =>
  Object.fromEntries(flags.map((flag): [GlobalFlag, Unread] => [flag, [why, `${command} without --${flag}`]]));

const ownConfig = "goes by each stack's own config";
const ownArgument = "takes the stack as an argument";

/** By command, what it does not read: a flag that was passed over would be taken for obeyed. */
const unread: Readonly<Record<string, Partial<Record<GlobalFlag, Unread>>>> = {
  comment: unreadBy("comment", "is about a text", "stack", "ns", "app"),
  lab: unreadBy("lab", "is about pages, whose commands name no stack", "stack", "ns", "app"),
  ui: unreadBy("ui", ownConfig, "ns"),
  "stack list": unreadBy("stack list", ownConfig, "ns", "app"),
  "stack new": {
    ...unreadBy("stack new", ownConfig, "app"),
    stack: [ownArgument, "the new stack's name after new, and --from with the other's"],
    ns: [ownConfig, "--namespace, for the new stack's"],
  },
  "stack promote": {
    ...unreadBy("stack promote", ownConfig, "ns"),
    stack: [ownArgument, "two stacks after promote"],
  },
};

/** @throws UsageError where a flag is given that the command does not read */
function refuseUnread(command: string, given: Readonly<Record<GlobalFlag, string | undefined>>): void {
  for (const [flag, [why, allowed]] of Object.entries(unread[command] ?? {})) {
    const value = given[flag as GlobalFlag];
    if (value === undefined) continue;
    const next = `npx canaryctl ${command} --help`;
    throw new UsageError(`--${flag} is ${JSON.stringify(value)}, and ${command} ${why}.`, { allowed, next });
  }
}

const severalStacks = (stacks: readonly string[]): UsageError =>
  new UsageError(`Each command is about one stack, and --stack names ${stacks.join(", ")}.`, {
    allowed: "one of them; preview takes several",
    next: `npx canaryctl --stack ${quoted(stacks.at(-1) ?? "")} status`,
  });

/** @throws UsageError for a name that cannot be a stack's, or is no stack's */
export const mustBeKnown = (reference: string, source: string, command: string): Promise<void> =>
  mustBeUsable(openFile(reference, source), source, command);

async function mustBeUsable(stackFile: StackFile, source: string, command: string): Promise<void> {
  if (!withoutFile.includes(command)) stackFile.mustBeReadable();
  if (await isKnown(stackFile, source)) return;
  if (command !== "down" || !hasEmptyCluster()) throw await unknown(stackFile, source, command);
}

/**
 * Whether the lab has made a cluster, or begun one, in which no stack is noted. It goes with a `down` of any name: nothing of another
 * stack can be meant, and the name may be that of the last stack that was in it, which is forgotten.
 */
function hasEmptyCluster(records = readRecords()): boolean {
  const { own } = records;
  return own ? stacksIn(own, records).length === 0 : notedTarget() !== undefined;
}

/** The commands that go by what is deployed where the stack's file says nothing. */
const withoutFile: readonly string[] = ["rollback", "history", "doctor", "down"];

/** @throws UsageError for a name that cannot be a stack's */
export function openFile(reference: string, source: string): StackFile {
  try {
    parseStackName(reference);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, allowed } = error;
    throw new UsageError(message, { place: source, ...(allowed && { allowed }), next: "npx canaryctl --help" });
  }
  return new StackFile(reference);
}

/** Whether a stack has a file, is in the state, or was put into the cluster by an `up` that did not end. */
export async function isKnown(stackFile: StackFile, source: string): Promise<boolean> {
  const { stack, reference } = stackFile;
  const records = readRecords();
  const state = FileState.at(backendUrl(process.env), stack);
  mustBeOwnOrganization(reference, source, state !== undefined);
  if (stackFile.exists() || state?.exists() || recordOf(records, stack)) return true;
  if (state) return false;
  // Only the engine can read this backend; it needs no cluster for that.
  return isInBackend(new PulumiEngine(reference, engineVariables(records.own ?? noCluster, process.env)));
}

/** A folder has one organization, which the engine calls so. */
function mustBeOwnOrganization(reference: string, source: string, isFolder: boolean): void {
  const { organization, stack } = parseStackName(reference);
  if (!isFolder || organization === undefined || organization === folderOrganization) return;
  throw new UsageError(`${reference} is a stack of organization ${organization}, and the state is in a folder.`, {
    place: source,
    allowed: `${fullName({ stack })}, or ${stack}`,
    next: `npx canaryctl --stack ${stack} status`,
  });
}

/** What names a stack that the command is not about. */
const otherSources: readonly string[] = ["--from", "the first stack"];

async function unknown({ stack, name }: StackFile, source: string, command: string): Promise<UsageError> {
  const { nearest } = await import("../../stacks/config/suggestion.ts");
  const { knownStacks } = await import("./stack/known-stacks.ts");
  const known = knownStacks();
  const near = nearest(stack, known);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  const message = `There is no stack ${stack}: it is not in the state, and there is no ${name}${meant}`;
  // One that a command takes something from is no stack that it would make.
  if (otherSources.includes(source))
    return new UsageError(message, { place: source, allowed: known.join(", "), next: "npx canaryctl stack list" });
  return new UsageError(message, {
    place: source,
    allowed: known.join(", ") + (command === "up" ? "; or a new one, with --create" : ""),
    next: [
      ...(near === undefined ? [] : [`npx canaryctl --stack ${near} status`]),
      "npx canaryctl stack list", // before what would make a stack of a mistyped name
      ...(command === "up" || near === undefined ? [`npx canaryctl --stack ${stack} up --create`] : []),
    ],
  });
}

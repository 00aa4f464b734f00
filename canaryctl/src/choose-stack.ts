import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { nearest } from "../../stacks/config/suggestion.ts";
import { readRecords } from "../../stacks/lab-records.ts";
import { noCluster } from "../../stacks/stack-environment.ts";
import { parseStackName } from "../../stacks/stack-name.ts";
import { PulumiEngine } from "./engine/engine.ts";
import { FileState } from "./engine/file-state.ts";
import { isInBackend } from "./engine/state.ts";
import { backendUrl, engineVariables } from "./engine/variables.ts";
import { knownStacks } from "./stack/known-stacks.ts";
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
  if (command.name() === "preview" && (json || markdown)) return;
  if (command.name() === "comment") return; // which is about a text
  const isOfGroup = command.parent?.name() === "stack"; // which names its stacks by itself
  if (isOfGroup) refuseUnread(command.name(), named, { ns, app });
  if (new Set(stacks).size > 1 && command.name() !== "preview") throw severalStacks(stacks);
  if (isOfGroup && named === undefined) return;
  const stackFile = openFile(reference, source);
  if (isOfGroup) return;
  printFor(stackFile.reference);
  if (create !== true) await mustBeUsable(stackFile, source, command.name());
  else stackFile.mustBeReadable();
}

interface GlobalFlags {
  readonly stack?: string;
  readonly stacks?: readonly string[];
  readonly ns?: string | undefined;
  readonly app?: string | undefined;
}

/**
 * Of the commands that are about stacks: what such a flag names is not what they would be about.
 *
 * @throws UsageError where one of them is given that the command does not read
 */
function refuseUnread(command: string, stack: string | undefined, names: Pick<GlobalFlags, "ns" | "app">): void {
  const next = `npx canaryctl stack ${command} --help`;
  if (stack !== undefined && command !== "list") {
    throw new UsageError(`stack ${command} takes the stack as an argument, and --stack is "${stack}".`, {
      allowed:
        command === "new" ? "the new stack's name after new, and --from with the other's" : "two stacks after promote",
      next,
    });
  }
  for (const [flag, given] of Object.entries(names)) {
    if (given === undefined) continue;
    throw new UsageError(`--${flag} is "${given}", and stack ${command} goes by each stack's own config.`, {
      allowed:
        command === "new" && flag === "ns" ? "--namespace, for the new stack's" : `stack ${command} without --${flag}`,
      next,
    });
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
  if (!(await isKnown(stackFile, source))) throw unknown(stackFile, source, command);
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
  if (stackFile.exists() || state?.exists() || records.stacks[stack]) return true;
  if (state) return false;
  // Only the engine can read this backend; it needs no cluster for that.
  return isInBackend(new PulumiEngine(reference, engineVariables(records.own ?? noCluster, process.env)));
}

/** A folder has one organization, which the engine calls so. */
function mustBeOwnOrganization(reference: string, source: string, isFolder: boolean): void {
  const { organization, stack } = parseStackName(reference);
  if (!isFolder || organization === undefined || organization === "organization") return;
  throw new UsageError(`${reference} is a stack of organization ${organization}, and the state is in a folder.`, {
    place: source,
    allowed: `organization/canary-lab/${stack}, or ${stack}`,
    next: `npx canaryctl --stack ${stack} status`,
  });
}

/** What names a stack that the command is not about. */
const otherSources: readonly string[] = ["--from", "the first stack"];

function unknown({ stack, name }: StackFile, source: string, command: string): UsageError {
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
      ...(command === "up" || near === undefined ? [`npx canaryctl --stack ${stack} up --create`] : []),
    ],
  });
}

import { quoted } from "@canary-lab/kit/programs";
import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { isKnown, mustBeKnown, openFile } from "../choose-stack.ts";
import { mustNameFile } from "../lab.ts";
import { print, say } from "../print.ts";
import { StackFile } from "../stack-file.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { bareStack, printFor } from "../this-stack.ts";
import { UsageError } from "../usage-error.ts";
import { isStackNamed, optionsOf } from "./arguments.ts";

export interface NewOptions {
  readonly from?: string;
  readonly namespace?: string;
}

export interface ListOptions {
  readonly json?: boolean;
}

export interface PromoteOptions {
  readonly force?: string;
}

export const makeNew = async (name: string, options: NewOptions): Promise<void> =>
  print([await newStack(name, options)]);

export async function list({ json }: ListOptions, command: Command): Promise<void> {
  const { listStacks } = await import("../stack/list-stacks.ts");
  const { entriesOf, hasProblems, stackTable } = await import("../stack/stack-table.ts");
  const named = isStackNamed(command) ? optionsOf(command).stack : undefined;
  const entries = entriesOf(await listStacks(named, say), named);
  // A stack that only the cluster knows is no other command's, and is shown.
  if (named !== undefined && entries.length === 0) await mustBeKnown(named, "--stack", "stack list");
  print(json ? [JSON.stringify(entries, null, 2)] : stackTable(entries));
  if (hasProblems(entries)) process.exitCode = 1;
}

export async function promote(from: string, to: string, { force }: PromoteOptions, command: Command): Promise<void> {
  if (force !== undefined && force.trim() === "") {
    throw new UsageError("--force goes past what is known of the release, and nobody would know why.", {
      allowed: "--force with a reason",
      next: "npx canaryctl stack promote --help",
    });
  }
  const named = [
    [from, "the first stack"],
    [to, "the second stack"],
  ] as const;
  const [source, target] = named.map(([name, place]) => openFile(name, place));
  const { app } = optionsOf(command);
  for (const [stack, place] of named) {
    await mustBeKnown(stack, place, "stack promote");
    printFor(stack);
    if (app !== undefined) mustNameFile({ stack, app }, stackFileOf({ stack, app }));
  }
  if (source?.stack === target?.stack) {
    throw new UsageError(`${from} and ${to} are one stack.`, {
      allowed: "two stacks",
      next: "npx canaryctl stack list",
    });
  }
  const { promoteStack } = await import("../stack/promote-stack.ts");
  print([await promoteStack(from, to, { app, force })]);
}

async function newStack(name: string, { from, namespace }: NewOptions): Promise<string> {
  const { alreadyThere, makeStackFile } = await import("../stack/new-stack.ts");
  const file = openFile(name, "the name");
  if (await isKnown(file, "the name")) throw alreadyThere(file, file.exists() ? file.name : "the state");
  const other = from ?? bareStack().reference;
  await mustBeKnown(other, "--from", "stack new");
  const made = await makeStackFile(file, {
    from: new StackFile(other),
    ...(namespace !== undefined && { namespace }),
    isShortLived: false,
  });
  const { platform, notes } = made;
  return withNext(
    [
      ...notes,
      `${file.name} is made from Pulumi.${new StackFile(other).stack}.yaml: namespace ${made.namespace}, on the platform of stack ${platform}, all traffic on the stable side.`,
    ].join("\n"),
    `npx canaryctl --stack ${quoted(name)} up`,
  );
}

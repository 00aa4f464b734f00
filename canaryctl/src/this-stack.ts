import { readRecords, recordedEnvironment } from "../../stacks/lab-records.ts";
import { withService } from "../../stacks/service-commands.ts";
import { printedVariable } from "../../stacks/stack-environment.ts";
import { impliedStack, ownName, withStack } from "../../stacks/stack-name.ts";
import { withRunnable } from "./runnable.ts";

/** The stack that a command means which names none. The engine of a lab's own cluster has a folder of its own, known since `up`. */
export const bareStack = () => impliedStack(process.env, readRecords().own?.variables.PULUMI_HOME);

/** One process acts on one stack, and one application of it: what it prints names those. Until the command line is read it is the default. */
let asPrinted = (text: string): string => text;

export function printFor(reference: string, service?: string): void {
  const ofStack = printableFor(reference);
  asPrinted = (text) => ofStack(withService(text, service));
}

/** Makes the commands in a text those of a stack, as {@link printable} does for the stack of this process. */
export function printableFor(reference: string): (text: string) => string {
  const implied = bareStack();
  const stack = ownName(reference);
  return (text) =>
    withStack(
      withRunnable(text, () => hasPrograms(stack)),
      reference,
      implied,
    );
}

/**
 * Whether the shell has the programs and the cluster: by what `canaryctl env` printed for the stack, or because there is none yet. In a
 * cluster of the user's own a command would go to whichever context is the current one.
 */
function hasPrograms(stack: string): boolean {
  const printed = process.env[printedVariable];
  if (printed && ownName(printed) === stack) return true;
  const records = readRecords();
  return (recordedEnvironment(stack, records) ?? records.own) === undefined;
}

/**
 * A text as it is printed: its canaryctl commands name the stack of this process, and those by programs that only the lab's environment
 * has come with it.
 */
export const printable = (text: string): string => asPrinted(text);

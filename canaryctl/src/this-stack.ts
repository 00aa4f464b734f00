import { readRecords } from "../../stacks/lab-records.ts";
import { impliedStack, withStack } from "../../stacks/stack-name.ts";

/** The stack that a command means which names none. The engine of a lab's own cluster has a folder of its own, known since `up`. */
export const bareStack = () => impliedStack(process.env, readRecords().own?.variables.PULUMI_HOME);

/** One process acts on one stack: what it prints names that one. Until the command line is read it is the default. */
let asPrinted = (text: string): string => text;

export function printFor(reference: string): void {
  const implied = bareStack();
  asPrinted = (text) => withStack(text, reference, implied);
}

/** A text as it is printed: its canaryctl commands name the stack of this process. */
export const printable = (text: string): string => asPrinted(text);

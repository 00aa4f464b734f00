import type { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { madeService } from "../application-scope.ts";
import { withService } from "../service-commands.ts";
import { impliedStack, withStack } from "../stack-name.ts";

/** A text of the program, whose canaryctl commands name the stack that the engine runs it for, and the service that is being made. */
export const forThisStack = (text: string): string =>
  withStack(withService(text, madeService()), pulumi.getStack(), impliedStack(process.env));

/**
 * What the engine prints of an error: all that canaryctl prints of it but the word "error", which the engine puts in front. Of a service that
 * is being made it says which one.
 */
export function toldOfStack(error: UserError): string {
  const service = madeService();
  const text = error.toPlainText();
  return forThisStack(service === undefined ? text : `Service ${service}: ${text}`);
}

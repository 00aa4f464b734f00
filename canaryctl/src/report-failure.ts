import { inspect } from "node:util";
import { quoted } from "@canary-lab/kit/programs";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { EngineBusyError, InterruptedError } from "./engine/engine-failure.ts";
import { exitCodes } from "./exit-codes.ts";
import { forLog } from "./print.ts";
import { UsageError } from "./usage-error.ts";

/** Prints an error, and gives the exit code. */
export function reportFailure(error: unknown): number {
  if (!(error instanceof UserError)) {
    console.error(forLog(inspect(error)));
    return exitCodes.failed;
  }
  console.error(forLog(textOf(error)));
  if (error instanceof UsageError) return exitCodes.usage;
  return error instanceof InterruptedError ? exitCodes.interrupted : exitCodes.failed;
}

/** Where there is a page about errors of its kind, its path in the checkout is the last line. */
const textOf = (error: UserError): string =>
  error.kind === undefined ? withNextOf(error) : `${withNextOf(error)}\n  more:    docs/errors/${error.kind}.md`;

/** An update that runs already is waited for by nobody here: the next step is this same command. */
function withNextOf(error: UserError): string {
  if (!(error instanceof EngineBusyError) || error.next !== undefined) return error.toText();
  return withNext(error.toText(), ["npx", "canaryctl", ...process.argv.slice(2)].map(quoted).join(" "));
}

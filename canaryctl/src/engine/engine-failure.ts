import { UserError } from "@canary-lab/kit/user-error";
import type { Variables } from "@canary-lab/kit/variables";
import { ownName } from "../../../stacks/stack-name.ts";
import { backendFailure, shownBackend } from "./backend.ts";
import type { EngineExit } from "./process.ts";
import { failureOf } from "./program-errors.ts";
import { secretsFailure } from "./secrets-failure.ts";
import { describeLock, lockIn, wayOutOf } from "./stack-lock.ts";
import { backendUrl } from "./variables.ts";

/** Another update holds the stack's lock. */
export class EngineBusyError extends UserError {
  override readonly kind = "busy";
}

/** The stack is not in the backend. */
export class NoStackError extends UserError {
  override readonly kind = "no-stack";
}

/** The user asked to stop; what was in flight has ended and the state is saved. */
export class InterruptedError extends UserError {
  override readonly kind = "interrupted";
}

/** The API server's words where somebody else wrote an object between the provider's reading and its writing. */
const overtaken = /the object has been modified; please apply your changes to the latest version/;

/** In the words of a store, and of Pulumi's service. */
const busy = /currently locked by \d+ lock|Another update is currently in progress/;

/** A command of the engine: its stack, and its whole environment. */
interface FailedCommand {
  readonly command: string;
  readonly stack: string;
  readonly variables: Variables;
}

/** Why a command of the engine did not succeed; undefined where it did. */
export function failureOfExit(
  failed: FailedCommand,
  { code, isInterrupted, lines }: EngineExit,
  errors: readonly string[],
): UserError | undefined {
  const next = "npx canaryctl up";
  if (isInterrupted)
    return new InterruptedError("Interrupted. What was in flight has ended, and the state is saved.", { next });
  if (code === 0) return undefined;
  const message = errors.join("\n  ");
  if (busy.test(message)) return busyError(failed, message, lines);
  if (/no stack named/.test(message)) return new NoStackError(message, { next });
  if (errors.length > 0 && errors.every((error) => overtaken.test(error)))
    return new UserError(`Somebody else wrote an object at the same moment: ${message}`, { next });
  return outsideFailure(failed, errors) ?? failureOf(failed.command, errors);
}

/** What is in the engine's way outside of the cluster and the program: its state, or the key to it. */
export const outsideFailure = (
  { stack, variables }: Omit<FailedCommand, "command">,
  errors: readonly string[],
): UserError | undefined =>
  backendFailure(errors, backendUrl(variables)) ?? secretsFailure(errors, ownName(stack), variables);

/**
 * Only the engine can read the locks of a state that is in no folder: who holds one stands in a line of its own.
 *
 * @param place where the holder can be looked up, where no line names it; default: the backend
 */
export function busyError(
  { stack, variables }: Omit<FailedCommand, "command">,
  message: string,
  lines: readonly string[],
  place = backendUrl(variables),
): EngineBusyError {
  const lock = lockIn(lines);
  const who = lock ? ` (${describeLock(lock)}).` : `: ${message}`;
  return new EngineBusyError(`Another update of stack ${ownName(stack)} is running${who}`, {
    place: shownBackend(lock?.path ?? place),
    ...wayOutOf(lock, stack),
  });
}

import { UserError } from "@canary-lab/kit/user-error";
import { EngineBusyError } from "../engine/engine.ts";

/** The error of a rollback whose traffic has moved, and whose state has not: what is done is said first. */
export function onlyTheState(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  return new UserError(`The traffic is back on the stable side, but the state does not say so yet. ${error.message}`, {
    ...(error.place && { place: error.place }),
    first: error instanceof EngineBusyError ? "wait for that update to end" : "mend the cause",
    next: "npx canaryctl rollback",
    cause: error,
  });
}

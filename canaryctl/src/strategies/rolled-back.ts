import { UserError } from "@canary-lab/kit/user-error";
import type { Lab } from "../lab.ts";

/**
 * How long a rollback waits for the lock of another update, in seconds. One of this machine may still write what the rollback is for,
 * and what was moved is held meanwhile. For one elsewhere nobody waits, for its lock may be that of a runner that is gone.
 */
export const lockSeconds = ({ state }: Pick<Lab, "state">): number =>
  state?.locks().some(({ holder }) => holder === "elsewhere") ? 0 : 10;

/** How long the callers' proxies may take, in seconds: one that has lost the control plane looks for it again by and by. */
export const proxySeconds = 60;

/** How long nobody is told that they lag, and nothing else waits for them, in seconds. */
export const quietSeconds = 5;

/** The error of a rollback that is done, but for the stack's file, which says nothing. What to do with the file is the cause's own way out. */
export const onlyWithoutFile = (fault: UserError): UserError =>
  new UserError(
    `The traffic is back on the stable side, in the cluster and in the state. The file does not say so: ${fault.message}`,
    {
      ...(fault.place && { place: fault.place }),
      ...(fault.first && { first: fault.first }),
      next: "npx canaryctl rollback",
      cause: fault,
    },
  );

/** The error of a rollback whose traffic has moved, and whose state has not: what is done is said first, and the cause's own way out is kept. */
export function onlyTheState(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const rollback = "npx canaryctl rollback";
  return new UserError(`The traffic is back on the stable side, but the state does not say so yet. ${error.message}`, {
    ...(error.place && { place: error.place }),
    first: error.first ?? "mend the cause",
    next: [rollback, ...(error.next?.split("\n") ?? []).filter((command) => command !== rollback)],
    cause: error,
  });
}

import { UnreachableError } from "@canary-lab/kit/kube/client";
import { type Clock, changesOf, until } from "@canary-lab/kit/until";
import { UserError } from "@canary-lab/kit/user-error";

export interface Wait {
  /** What is in the way, in words; undefined when nothing is. */
  readonly obstacle: () => Promise<string | undefined>;
  /** What cannot be done before; the obstacle is put behind it. */
  readonly blocked: string;
  readonly place: string;
  readonly say: (line: string) => void;
  /** How long to wait. Default 90: a route that comes back after a release took 8.2 at most. */
  readonly seconds?: number;
  readonly clock?: Clock | undefined;
  /** A preview waits for nothing: only what is refused counts. */
  readonly isPreview?: boolean;
}

/** Waits until nothing is in the way, and says each change of what is. @throws UserError where it lasts too long */
export async function waitUntilClear({
  obstacle,
  blocked,
  place,
  say,
  seconds = 90,
  clock,
  isPreview,
}: Wait): Promise<void> {
  const tell = changesOf(say);
  let reason: string | undefined;
  const isClear = async () => {
    reason = await obstacle();
    if (!reason || isPreview) return true;
    tell(`waiting: ${reason}`);
    return false;
  };
  if (await until(isClear, { seconds, clock })) return;
  throw new UserError(`${blocked} after ${seconds} s: ${reason}.`, {
    place,
    next: ["npx canaryctl up", "npx canaryctl status"],
  });
}

/** "silence" where the API server does not answer and may still be waited for. */
export async function unlessSilent<T>(ask: () => Promise<T>, mayBeSilent: boolean): Promise<T | "silence"> {
  try {
    return await ask();
  } catch (error) {
    if (mayBeSilent && error instanceof UnreachableError) return "silence";
    throw error;
  }
}

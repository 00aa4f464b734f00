import { pendingText, withApplied } from "../applied.ts";
import { readNote } from "../deployed.ts";
import type { Lab } from "../lab.ts";
import { say } from "../print.ts";
import type { ReleaseStrategy } from "../strategies/strategy.ts";
import type { Move } from "../strategies/table.ts";

/** Acts on a stack, then names what else its config asks for: the command has left it alone, also where it failed. */
export async function runMove(
  { lab, strategy }: Move,
  move: (strategy: ReleaseStrategy, lab: Lab) => Promise<string>,
): Promise<string> {
  try {
    return await move(strategy, lab);
  } finally {
    const pending = pendingText(await afterwards(lab));
    if (pending) say(pending);
  }
}

/** With what is applied now: the command itself may have written what was pending. */
async function afterwards(lab: Lab): Promise<Lab> {
  if (!lab.applied?.pending.length) return lab;
  const note = await readNote(lab).catch(() => undefined); // how the command ended is what must be told
  return note ? withApplied(lab, note.config) : lab;
}

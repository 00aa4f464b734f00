import { pendingText } from "../applied.ts";
import type { Lab } from "../lab.ts";
import { say } from "../print.ts";
import type { ReleaseStrategy } from "../strategies/strategy.ts";
import type { Move } from "../strategies/table.ts";

/** Moves the traffic, then names what else the config asks for: the move has left it alone, also where it failed. */
export async function runMove(
  { lab, strategy }: Move,
  move: (strategy: ReleaseStrategy, lab: Lab) => Promise<string>,
): Promise<string> {
  try {
    return await move(strategy, lab);
  } finally {
    const pending = pendingText(lab);
    if (pending) say(pending);
  }
}

import { join } from "node:path";
import { inLab } from "../../cluster/lab-folder.ts";
import { rollbackMark, rolledBackSince } from "../../stacks/live/taken-back.ts";
import { ownName } from "../../stacks/stack-name.ts";
import { type GlobalOptions, openForRollback } from "./lab.ts";
import { isHeld, takeLock } from "./lab-lock.ts";
import { say } from "./print.ts";

/**
 * How long a move waits for another one of the same stack, in seconds: one takes two or three. What takes longer, such as a promotion that
 * makes new pods, is left to the engine's lock.
 */
const turnSeconds = 10;

/** The lock of a stack, which may be called by its full name. A period would end its name in that of the file. */
export const turnFile = (stack: string): string =>
  join(inLab("moves"), encodeURIComponent(ownName(stack)).replaceAll(".", "%2E"));

/** What a turn is taken with; tests have their own. */
interface Ways {
  readonly tell?: (line: string) => void;
  readonly open?: typeof openForRollback;
  readonly file?: string;
  readonly seconds?: number;
}

/**
 * Waits until no other command of this checkout moves the stack's traffic: two at once would each write the stack's file, and the one
 * whose state cannot follow would take the other's share back.
 *
 * @param words of the command line
 * @param options with the stack as it was named
 * @returns what ends the turn
 * @throws UserError where a rollback has sent the traffic back while it waited
 */
export async function takeTurn(
  words: readonly string[],
  options: GlobalOptions,
  { tell = say, open = openForRollback, file = turnFile(options.stack ?? ""), seconds = turnSeconds }: Ways = {},
): Promise<() => void> {
  let overtaken: Promise<() => ReturnType<typeof rolledBackSince>> | undefined;
  const onWait = (line: string) => {
    tell(line);
    const { cluster, config } = open(options);
    overtaken = rollbackMark(cluster, config).then((before) => () => rolledBackSince(cluster, config, before));
    overtaken.catch(() => {}); // it is awaited below, when the wait is over
  };
  const taken = await takeLock(words.join(" "), onWait, file, seconds);
  const endTurn = () => {
    if (!isHeld(taken)) taken.release();
  };
  try {
    const rolledBack = await (await overtaken)?.();
    if (rolledBack) throw rolledBack;
    return endTurn;
  } catch (error) {
    endTurn();
    throw error;
  }
}

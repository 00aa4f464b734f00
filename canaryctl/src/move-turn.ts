import { join } from "node:path";
import { inLab } from "../../cluster/lab-folder.ts";
import { takeLock } from "./lab-lock.ts";
import { say } from "./print.ts";

/**
 * Waits until no other command of this checkout moves the stack's traffic: two at once would each write the stack's file, and the one
 * whose state cannot follow would take the other's share back.
 *
 * @param words of the command line
 * @param stack as it was named
 * @returns what ends the turn
 * @throws as `takeLock`
 */
export const takeTurn = (words: readonly string[], stack: string): Promise<() => void> =>
  takeLock(words.join(" "), say, join(inLab("moves"), encodeURIComponent(stack)));

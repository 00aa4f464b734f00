import type { Command } from "commander";

/** The commands that move traffic or release. `up` does where the config has changed since the last entry. */
export const recordedCommands: readonly string[] = [
  "up",
  "set-traffic",
  "create-canary",
  "promote",
  "rollback",
  "abort",
  "retry",
  "undo",
  "delete-canary",
];

/**
 * Whether a command waits for another move of its stack. A way back waits for nobody, a judged promotion takes its turn at each step, and
 * what makes pods, as `create-canary`, has the engine's lock.
 */
export function movesInTurn(command: Command): boolean {
  const isOfGroup = command.parent?.parent !== null;
  if (isOfGroup || !["set-traffic", "promote"].includes(command.name())) return false;
  return !command.opts<{ readonly judge?: boolean }>().judge && command.args[1] !== "0";
}

/** Gives `--reason` to each command that is recorded. */
export function addReasonFlags(program: Command): void {
  for (const command of program.commands) {
    if (recordedCommands.includes(command.name())) {
      command.option("--reason <text>", "why; kept with the entry that `canaryctl history` shows");
    }
  }
}

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

/** Gives `--reason` to each command that is recorded. */
export function addReasonFlags(program: Command): void {
  for (const command of program.commands) {
    if (recordedCommands.includes(command.name())) {
      command.option("--reason <text>", "why; kept with the entry that `canaryctl history` shows");
    }
  }
}

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

/** Of these, those that do not begin while another one acts on the stack. A way back waits for nobody, and `up` for the engine's lock. */
export const commandsInTurn: readonly string[] = ["set-traffic", "create-canary", "promote", "delete-canary"];

/** Gives `--reason` to each command that is recorded. */
export function addReasonFlags(program: Command): void {
  for (const command of program.commands) {
    if (recordedCommands.includes(command.name())) {
      command.option("--reason <text>", "why; kept with the entry that `canaryctl history` shows");
    }
  }
}

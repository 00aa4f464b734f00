import type { Command, CommanderError } from "commander";
import { buildProgram } from "../../../canaryctl/src/main.ts";

/** The program, in which no command does anything. */
async function program(): Promise<Command> {
  const parsed = await buildProgram();
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command.commands.length === 0) command.action(() => {});
    for (const sub of command.commands) silence(sub);
  };
  silence(parsed);
  // biome-ignore lint/suspicious/noExplicitAny: what settles the stack of a real run would look at this checkout
  (parsed as any)._lifeCycleHooks = {};
  return parsed;
}

/** Reads a command line by the definitions of the commands, and runs nothing. @throws CommanderError for one that is refused */
export async function parseOnly(words: readonly string[]): Promise<Command> {
  const command = await program();
  try {
    await command.parseAsync(words, { from: "user" });
  } catch (error) {
    if ((error as CommanderError).code !== "commander.helpDisplayed") throw error;
  }
  return command;
}

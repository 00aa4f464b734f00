import { Command, CommanderError, InvalidArgumentError, Option, type OutputConfiguration } from "commander";
import { CommandLineError, LabCommand } from "./command-line/command.ts";
import { examples, isFollowed } from "./commands/arguments.ts";
import { addCommands } from "./commands/modules.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Recording } from "./history/record.ts";
import { addReasonFlags, movesInTurn } from "./history/recorded-commands.ts";
import { endWithReaders } from "./until-interrupted.ts";

/** Runs the command line and sets the process's exit code; errors are printed, never thrown. */
export async function main(argv: readonly string[]): Promise<void> {
  endWithReaders();
  let acted: Command | undefined;
  let recording: Recording | undefined;
  let endTurn: (() => void) | undefined;
  const program = (await buildProgram(argv.slice(2))).hook("preAction", async (_, command) => {
    acted = command;
    endTurn = await turnOf(command, argv.slice(2));
    recording = await recordingOf(command);
  });
  const failure = await failureOf(() => program.parseAsync(argv).catch((error) => asUsage(error, argv.slice(2))));
  await record(recording, failure);
  endTurn?.();
  // What is only watched is no part of the move: the history has the move already.
  if (!failure && acted && isFollowed(acted)) await follow(acted);
}

/** Nothing of it is loaded for a command that waits for nobody. */
async function turnOf(command: Command, words: readonly string[]): Promise<(() => void) | undefined> {
  if (!movesInTurn(command)) return undefined;
  return (await import("./move-turn.ts")).takeTurn(words, command.optsWithGlobals());
}

const recordingOf = async (command: Command): Promise<Recording | undefined> =>
  (await import("./history/record.ts")).Recording.of(command);

async function record(recording: Recording | undefined, failure: Error | undefined): Promise<void> {
  if (recording) await recording.end((await import("./print.ts")).say, failure);
}

async function follow(command: Command): Promise<void> {
  const recording = await recordingOf(command);
  let isWritten = false;
  const failure = await failureOf(async () => {
    const { followRelease } = await import("./commands/follow.ts");
    isWritten = await followRelease(command);
  });
  if (isWritten) await record(recording, failure);
}

/** The error of `work`, which is printed and gives the exit code; undefined where there was none. */
async function failureOf(work: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    process.exitCode = await exitCodeOf(error);
    return error as Error;
  }
}

/**
 * The command line.
 *
 * @param words what the user has typed: of the commands only the one that they name is there; all of them where they name none
 */
export async function buildProgram(words: readonly string[] = []): Promise<LabCommand> {
  const program = await define(words);
  return program.hook("preAction", async (_, command) =>
    (await import("./choose-stack.ts")).chooseStack(program, command),
  );
}

/** @throws UsageError for a command line that commander refuses; all else as it is */
async function asUsage(error: unknown, words: readonly string[]): Promise<never> {
  if (!(error instanceof CommandLineError)) throw error;
  throw await (await import("./command-line/usage.ts")).usageErrorOf(words, error, faultIn);
}

/** What commander refuses in a command line; nothing runs, and nothing is printed. */
async function faultIn(words: readonly string[]): Promise<CommandLineError | undefined> {
  const isRead = new Error("the command line is read");
  const program = await define(words, { writeOut: () => {}, writeErr: () => {} });
  program.hook("preAction", () => {
    throw isRead;
  });
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommandLineError) return error;
    if (error !== isRead && !(error instanceof CommanderError)) throw error;
  }
  return undefined;
}

/** @param output where help goes; default: the terminal */
async function define(words: readonly string[], output: OutputConfiguration = {}): Promise<LabCommand> {
  const program = addGlobalFlags(new LabCommand("canaryctl").configureOutput(output))
    .description("A canary-release lab on Kubernetes: set it up, move its traffic, watch it, take it down.")
    .addHelpText(
      "after",
      examples(
        "canaryctl up",
        "canaryctl set-traffic 70 30",
        "canaryctl promote",
        "canaryctl rollback",
        "canaryctl status",
        "canaryctl doctor",
        "canaryctl down",
      ),
    )
    .exitOverride();
  const stacks: string[] = [];
  program.setOptionValue("stacks", stacks).on("option:stack", (name: string) => stacks.push(name));
  await addCommands(program, commandIn(words));
  addReasonFlags(program);
  return program;
}

const addGlobalFlags = <Given extends Command>(command: Given): Given =>
  command
    .addOption(
      new Option(
        "--stack <name>",
        "the Pulumi stack, and with it the config in Pulumi.<name>.yaml; by default PULUMI_STACK, then what `pulumi stack select` chose, then dev",
      ),
    )
    .option("--ns <namespace>", "namespace of the application; must be the stack's, `up` sets it", someName)
    .option(
      "--app <name>",
      "the application that the command is about: the stack's own, whose name `up` sets, or one of its services",
      someName,
    );

/** A variable of a shell that is not set gives an empty one, which would stand for the project's default. */
function someName(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Allowed: a name, or a command line without the flag.");
  return text;
}

/** The word that commander takes for the command. Undefined for words that it refuses. */
function commandIn(words: readonly string[]): string | undefined {
  try {
    const reader = addGlobalFlags(new Command())
      .configureOutput({ writeErr: () => {} })
      .exitOverride();
    return reader.parseOptions([...words]).operands[0];
  } catch (error) {
    if (error instanceof CommanderError) return undefined;
    throw error;
  }
}

async function exitCodeOf(error: unknown): Promise<number> {
  // Of a help text, which commander has printed by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  return (await import("./report-failure.ts")).reportFailure(error);
}

import { inspect } from "node:util";
import { quoted } from "@canary-lab/kit/programs";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { chooseStack } from "./choose-stack.ts";
import { isFollowed } from "./commands/arguments.ts";
import { addCommands } from "./commands/modules.ts";
import { EngineBusyError, InterruptedError } from "./engine/engine-failure.ts";
import { addReasonFlags, Recording } from "./history/record.ts";
import { examples, forLog, say } from "./print.ts";
import { UsageError } from "./usage-error.ts";

/** 0 where it was done, 2 where the command line cannot be meant, 130 where the user interrupted it, 1 for everything else. */
const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Runs the command line and sets the process's exit code; errors are printed, never thrown. */
export async function main(argv: readonly string[]): Promise<void> {
  let acted: Command | undefined;
  let recording: Recording | undefined;
  const program = (await buildProgram(argv.slice(2))).hook("preAction", (_, command) => {
    acted = command;
    recording = Recording.of(command);
  });
  const failure = await failureOf(() => program.parseAsync(argv));
  await recording?.end(say, failure);
  // What is only watched is no part of the move: the history has the move already.
  if (!failure && acted && isFollowed(acted)) await follow(acted);
}

async function follow(command: Command): Promise<void> {
  const recording = Recording.of(command);
  let isWritten = false;
  const failure = await failureOf(async () => {
    const { followRelease } = await import("./commands/follow.ts");
    isWritten = await followRelease(command);
  });
  if (isWritten) await recording?.end(say, failure);
}

/** The error of `work`, which is printed and gives the exit code; undefined where there was none. */
async function failureOf(work: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    process.exitCode = report(error);
    return error as Error;
  }
}

/**
 * The command line.
 *
 * @param words what the user has typed: of the commands only the one that they name is there; all of them where they name none
 */
export async function buildProgram(words: readonly string[] = []): Promise<Command> {
  const program = addGlobalFlags(new Command("canaryctl"))
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
    .showHelpAfterError("(run it with --help to see what is allowed)")
    .exitOverride()
    .hook("preAction", (_, command) => chooseStack(program, command));
  const stacks: string[] = [];
  program.setOptionValue("stacks", stacks).on("option:stack", (name: string) => stacks.push(name));
  await addCommands(program, commandIn(words));
  addReasonFlags(program);
  return program;
}

const addGlobalFlags = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--stack <name>",
        "the Pulumi stack, and with it the config in Pulumi.<name>.yaml; by default PULUMI_STACK, then what `pulumi stack select` chose, then dev",
      ),
    )
    .option("--ns <namespace>", "namespace of the application; must be the stack's, `up` sets it", someName)
    .option("--app <name>", "name of the application; must be the stack's, `up` sets it", someName);

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

/** An update that runs already is waited for by nobody here: the next step is this same command. */
function textOf(error: UserError): string {
  if (!(error instanceof EngineBusyError) || error.next !== undefined) return error.toText();
  return withNext(error.toText(), ["npx", "canaryctl", ...process.argv.slice(2)].map(quoted).join(" "));
}

function report(error: unknown): number {
  // Commander has printed its message by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (!(error instanceof UserError)) {
    console.error(forLog(inspect(error)));
    return exitCodes.failed;
  }
  console.error(forLog(textOf(error)));
  if (error instanceof UsageError) return exitCodes.usage;
  return error instanceof InterruptedError ? exitCodes.interrupted : exitCodes.failed;
}

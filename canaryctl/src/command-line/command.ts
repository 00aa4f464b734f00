import { type AddHelpTextContext, type AddHelpTextPosition, Command, CommanderError, type Option } from "commander";

/** What commander has to say against a command line, with the command that it is about. */
export class CommandLineError extends CommanderError {
  readonly command: LabCommand;

  constructor(command: LabCommand, code: string, message: string) {
    super(2, code, message.replace(/^error: /, ""));
    this.command = command;
  }
}

type Meant = (given: readonly string[]) => readonly string[] | undefined;

/** A command whose errors are thrown and not printed, and that knows the examples of its help. */
export class LabCommand extends Command {
  readonly examples: string[] = [];
  /** The arguments that were perhaps meant by others; undefined for any that say nothing of it. */
  meant: Meant = () => undefined;

  /** Whether it has changed something, as far as is known: what has not is no part of the history. */
  hasMoved = true;

  override createCommand(name?: string): LabCommand {
    return new LabCommand(name);
  }

  override addHelpText(position: AddHelpTextPosition, text: string | ((context: AddHelpTextContext) => string)): this {
    if (typeof text === "string")
      this.examples.push(...Array.from(text.matchAll(/^ {2}\$ canaryctl (.*)$/gm), ([, line = ""]) => line));
    return super.addHelpText(position, text as string);
  }

  override error(message: string, { code = "" }: { readonly code?: string } = {}): never {
    throw new CommandLineError(this, code, message);
  }

  /** Says which arguments a user means who types others. */
  meaning(meant: Meant): this {
    this.meant = meant;
    return this;
  }

  /** The words that name it, without the program's. */
  path(): readonly string[] {
    return this.parent instanceof LabCommand ? [...this.parent.path(), this.name()] : [];
  }

  /** Its own flags and those of the commands above it. */
  allOptions(): readonly Option[] {
    return [...this.options, ...(this.parent instanceof LabCommand ? this.parent.allOptions() : [])];
  }
}

import type { Command } from "commander";
import { buildProgram } from "../canaryctl/src/main.ts";
import { generatedPage, table } from "./markdown.ts";

/** Columns of a help text: what a page shows without a scroll bar. */
const width = 110;

/** The help text of each command, as a terminal shows it. */
export async function canaryctlPage(): Promise<string> {
  const program = await buildProgram();
  return generatedPage(
    "canaryctl",
    "canaryctl/src/commands/definitions",
    "Each text is what `npx canaryctl COMMAND --help` prints. What the exit codes mean is in [Exit codes](exit-codes.md), the keys of the config in [Config of a stack](config.md).",
    table(
      ["command", "what it does"],
      program.commands.map((command) => [`[${command.name()}](#canaryctl-${command.name()})`, command.description()]),
    ),
    `## canaryctl\n\n${fence(helpOf(program))}`,
    ...program.commands.map((command) => [command, ...command.commands].map(section).join("\n\n")),
  );
}

function section(command: Command): string {
  const { parent } = command;
  const isNested = parent?.parent !== null;
  const words = isNested ? `${parent?.name()} ${command.name()}` : command.name();
  return `${isNested ? "###" : "##"} canaryctl ${words}\n\n${fence(helpOf(command))}`;
}

/** A fence whose lines with `$` are commands. */
const fence = (text: string): string => `\`\`\`console\n${text.trimEnd()}\n\`\`\``;

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

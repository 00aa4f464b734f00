import type { Argument, Option } from "commander";
import { nearest } from "../../../stacks/config/suggestion.ts";
import type { CommandLineError, LabCommand } from "./command.ts";

type Words = readonly string[];

/** A reader of an argument that knows what was perhaps meant by a text that it refuses. */
interface Reader {
  readonly meant?: (text: string) => string | undefined;
}

/**
 * A command line with the fault mended that commander has found first; others may be left.
 *
 * @param words the command line, without the program
 * @param stacks the names that are known
 * @returns undefined where nothing is known of what was meant
 */
export function mendWords(words: Words, error: CommandLineError, stacks: Words): Words | undefined {
  const { command, code } = error;
  switch (code) {
    case "commander.missingArgument":
      return withArguments(words, command);
    case "commander.excessArguments":
      return withArguments(words, command) ?? withoutExcess(words, command, stacks);
    case "commander.invalidArgument":
      return withValue(words, error);
    case "commander.unknownOption":
      return withNearest(words, /'(.*?)'/.exec(error.message)?.[1], flagsOf(command));
    case "commander.unknownCommand":
      return withNearest(words, command.args[0], namesIn(command));
    case "commander.optionMissingArgument":
    case "commander.missingMandatoryOptionValue":
      return withSample(words, command, optionIn(error));
    default:
      return undefined;
  }
}

/** The flags that a command takes, those of the program among them. */
export const flagsOf = (command: LabCommand): Words => [
  ...command.allOptions().flatMap(({ long, hidden }) => (long && !hidden ? [long] : [])),
  "--help",
];

/** The names of the commands below one. */
export const namesIn = (command: LabCommand): Words => command.commands.map((one) => one.name());

/** The option that an error is about. */
export function optionIn({ command, message }: CommandLineError): Option | undefined {
  const flags = /option '(.*?)'/.exec(message)?.[1];
  return command.allOptions().find((option) => option.flags === flags);
}

const replaced = (words: Words, index: number, ...others: Words): Words | undefined =>
  index < 0 ? undefined : [...words.slice(0, index), ...others, ...words.slice(index + 1)];

/** Where the arguments of a command begin that it has read. */
function placesOf(words: Words, command: LabCommand): readonly number[] {
  const places: number[] = [];
  const name = words.indexOf(command.name());
  for (const argument of command.args) places.push(words.indexOf(argument, (places.at(-1) ?? name) + 1));
  return places;
}

function withArguments(words: Words, command: LabCommand): Words | undefined {
  const meant = command.meant(command.args);
  const places = placesOf(words, command);
  const [first = words.length] = places;
  if (!meant || places.includes(-1)) return undefined;
  return [...words.slice(0, first), ...meant, ...words.slice(first).filter((_, at) => !places.includes(first + at))];
}

/** A stack's name that stands where no argument does is meant as `--stack`. Without another word the command would be about something else. */
function withoutExcess(words: Words, command: LabCommand, stacks: Words): Words | undefined {
  const [place, ...more] = placesOf(words, command).slice(command.registeredArguments.length);
  const stack = place === undefined ? undefined : nearest(words[place] ?? "", stacks);
  const isNamed = words.some((word) => /^--stack\b/.test(word));
  if (stack === undefined || more.length > 0 || isNamed) return undefined;
  return ["--stack", stack, ...words.filter((_, index) => index !== place)];
}

/** An argument or the value of an option that is not allowed becomes the one that was perhaps meant. */
function withValue(words: Words, error: CommandLineError): Words | undefined {
  const { command, message } = error;
  const option = optionIn(error);
  if (option) {
    const value = /argument '(.*?)' is invalid/.exec(message)?.[1] ?? "";
    const meant = meantBy(option, value);
    if (meant === undefined) return undefined;
    const joined = words.indexOf(`${option.long}=${value}`);
    if (joined >= 0) return replaced(words, joined, `${option.long}=${meant}`);
    return replaced(
      words,
      words.findIndex((word, at) => word === value && words[at - 1] === option.long),
      meant,
    );
  }
  const [, value = "", name] = /value '(.*?)' is invalid for argument '(.*?)'/.exec(message) ?? [];
  const all = withArguments(words, command);
  if (all) return all;
  const index = command.registeredArguments.findIndex((one) => one.name() === name);
  const argument = command.registeredArguments[index];
  const meant = argument && meantBy(argument, value);
  return meant === undefined ? undefined : replaced(words, placesOf(words, command)[index] ?? -1, meant);
}

const meantBy = (option: Option | Argument, value: string): string | undefined =>
  option.argChoices ? nearest(value, option.argChoices) : (option.parseArg as Reader | undefined)?.meant?.(value);

function withNearest(words: Words, word: string | undefined, known: Words): Words | undefined {
  const [name = "", ...value] = word?.split("=") ?? [];
  const near = nearest(name, known);
  return near === undefined ? undefined : replaced(words, words.indexOf(word ?? ""), [near, ...value].join("="));
}

/** An option that has no value, or is missing altogether, gets the one that an example has. */
function withSample(words: Words, command: LabCommand, option: Option | undefined): Words | undefined {
  const flag = option?.long;
  if (!flag) return undefined;
  const [example] = command.examples.flatMap((line) => new RegExp(`${flag} ([\\w.:/-]+)`).exec(line)?.[1] ?? []);
  const value = example ?? option.argChoices?.[0];
  if (value === undefined) return undefined;
  const left = words.filter((word) => word !== flag);
  return [...left, flag, value];
}

import { quoted } from "@canary-lab/kit/programs";
import { knownStacks } from "../stack/known-stacks.ts";
import { UsageError } from "../usage-error.ts";
import type { CommandLineError } from "./command.ts";
import { flagsOf, mendWords, namesIn, optionIn } from "./mend-words.ts";

/** What is wrong with a command line; undefined where a command would run. */
export type FaultIn = (words: readonly string[]) => Promise<CommandLineError | undefined>;

/** How often a command line is mended: one fault is found at a time. */
const mostFaults = 5;

/** What commander has found, as an error of the product: what is allowed there, and a command that can be read. */
export async function usageErrorOf(
  words: readonly string[],
  error: CommandLineError,
  faultIn: FaultIn,
): Promise<UsageError> {
  const { command } = error;
  const help = [...command.path(), "--help"];
  const next = (await mended(words, error, faultIn)) ?? (await exampleFor(error, faultIn));
  const [cause = "", allowed = allowedBy(error)] = error.message.split(/\.? Allowed(?: choices are|:) /);
  return new UsageError(`${cause.split("\n")[0]?.replace(/\.$/, "")}.`, {
    allowed: allowed.replace(/\.$/, ""),
    next: [...(next ? [next] : []), help].map((line) => ["npx", "canaryctl", ...line].map(quoted).join(" ")),
  });
}

async function mended(words: readonly string[], error: CommandLineError, faultIn: FaultIn) {
  let [line, fault]: [readonly string[], CommandLineError | undefined] = [words, error];
  for (let left = mostFaults; left > 0 && fault; left -= 1) {
    const next = mendWords(line, fault, knownStacks());
    if (!next) return undefined;
    [line, fault] = [next, await faultIn(next)];
  }
  return fault ? undefined : line;
}

/** The first example of the command that has the flag in question, for the same stack and application. */
async function exampleFor(error: CommandLineError, faultIn: FaultIn): Promise<readonly string[] | undefined> {
  const { command, code } = error;
  const isUnknown = ["commander.unknownOption", "commander.unknownCommand"].includes(code);
  if (isUnknown || !onlyReads(command)) return undefined; // nobody knows what was meant, or would want what an example changes
  const flag = optionIn(error)?.long;
  const plain = command.examples.filter((line) => /^[\w@%+=:,./ -]+$/.test(line)).map((line) => line.split(" "));
  const [example] = flag ? plain.filter((line) => line.includes(flag)) : plain;
  if (!example) return undefined;
  const line = [...placeOf(command, example), ...example];
  return (await faultIn(line)) ? undefined : line;
}

/** The commands whose examples change nothing. */
const reading = [
  "status",
  "doctor",
  "history",
  "watch",
  "report",
  "graph",
  "cost",
  "preview",
  "lab",
  "config get",
  "stack list",
];

const onlyReads = (command: CommandLineError["command"]): boolean => reading.includes(command.path().join(" "));

/** The flags by which a command line names what it is about; a command of the group `stack` has arguments for it. */
function placeOf(command: CommandLineError["command"], [name]: readonly string[]): readonly string[] {
  if (name === "stack") return [];
  const given = command.optsWithGlobals<{ readonly stack?: string; readonly app?: string }>();
  return [
    ...(given.stack === undefined ? [] : ["--stack", given.stack]),
    ...(given.app === undefined ? [] : ["--app", given.app]),
  ];
}

function allowedBy(error: CommandLineError): string {
  const { command, code } = error;
  if (code === "commander.unknownOption") return flagsOf(command).join(", ");
  if (code === "commander.unknownCommand") return namesIn(command).join(", ");
  if (optionIn(error)?.long === "--stack") return knownStacks().join(", ");
  return `canaryctl ${[...command.path(), command.usage()].join(" ")}`;
}

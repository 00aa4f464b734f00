import { expect, test } from "@jest/globals";
import type { Command } from "commander";
import { leaveEnvironment, takeOwnCheckout } from "../own-checkout.ts";

takeOwnCheckout({ dev: "config: {}\n", odd: "config:\n  canary-lab:replicas: many\n" });
leaveEnvironment();
const { buildProgram } = await import("../../../../canaryctl/src/main.ts");

/** What a command line needs besides the flag: its words, arguments and mandatory options, such as `stack promote dev dev`. */
function linesOf(command: Command, words: readonly string[]): readonly (readonly string[])[] {
  if (command.commands.length > 0) return command.commands.flatMap((sub) => linesOf(sub, [...words, sub.name()]));
  const needed = command.registeredArguments.flatMap(({ required, parseArg, argChoices }) =>
    required ? [argChoices?.[0] ?? (parseArg ? "50" : "dev")] : [],
  );
  const options = command.options.flatMap(({ mandatory, long, argChoices: [first = "versioned-echo:v2"] = [] }) =>
    mandatory && long ? [long, first] : [],
  );
  return [[...words, ...needed, ...options]];
}

const program = await buildProgram();
const lines = program.commands.flatMap((command) => linesOf(command, [command.name()]));
/** No stack can have such a name, no namespace and no application either: a command that reads the flag refuses it. */
const impossible = "../Not_Allowed";
const cases = lines.flatMap((words) =>
  program.options.flatMap(({ long }) => (long ? [[[...words, long, impossible]] as const] : [])),
);

test("every command is there with every global flag", () => {
  expect(lines.map(([first]) => first)).toEqual(expect.arrayContaining(["up", "comment", "stack", "config", "down"]));
  expect(cases).toHaveLength(lines.length * 3);
});

const refusals: Readonly<Record<string, RegExp>> = {
  "--stack": /Invalid stack name|--stack is/,
  "--ns": /--ns is|\bnamespace .*Not_Allowed/,
  "--app": /--app is|\bapp .*Not_Allowed/,
};
const run = async (words: readonly string[]): Promise<void> => {
  await (await buildProgram(words)).parseAsync(words, { from: "user" });
};

test.each(cases)("%j is refused: the flag is read, or is not allowed", async (words) => {
  await expect(run(words)).rejects.toMatchObject({
    name: expect.stringMatching(/^(UserError|UsageError)$/),
    message: expect.stringMatching(refusals[words.at(-2) ?? ""] ?? /^$/),
  });
});

test.each(["--ns", "--app"])("%s is read by doctor where the config is what is wrong", async (flag) => {
  await expect(run(["--stack", "odd", "doctor", flag, "other"])).rejects.toThrow(`${flag} is "other"`);
});

test("a text is about no stack: what a comment does not read is refused with what is allowed", async () => {
  await expect(run(["comment", "--stack", "dev", "--stack", "prod"])).rejects.toMatchObject({
    message: '--stack is "prod", and comment is about a text.',
    allowed: "comment without --stack",
    next: "npx canaryctl comment --help",
  });
});

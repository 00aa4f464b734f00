/** A command of a text for a shell. */
export interface ShellCommand {
  /** `canaryctl`, `npm` or `pulumi`. */
  readonly program: string;
  readonly words: readonly string[];
}

const quoted = `"[^"]*"|'[^']*'`;
const programs = /(?<![\w/.@-])(?:npx (canaryctl)|(canaryctl|npm|pulumi)) /;
const command = new RegExp(`${programs.source}((?:${quoted}|[^"'\\s)&|;<>#\`]+|[ \\t]+)*)`, "g");

/** The commands of those programs in a script, also within `$(…)`. Comments and the joining of streams are left out. */
export const commandsIn = (script: string): readonly ShellCommand[] =>
  [...script.replaceAll(/(^|\s)#.*$| 2>&1/gm, "").matchAll(command)].map(([, npx, plain, words = ""]) => ({
    program: npx ?? plain ?? "",
    words: (words.match(new RegExp(`(?:${quoted}|[^"'\\s])+`, "g")) ?? []).map(withoutQuotes),
  }));

const withoutQuotes = (word: string): string => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2");

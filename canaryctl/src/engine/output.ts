import { UserError } from "@canary-lab/kit/user-error";
import type { EngineExit } from "./process.ts";

/** The errors that a command of the engine printed and did not report as events: each stands at the margin. */
export const errorsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.flatMap((line) => /^error: (.*\S)/.exec(line)?.[1] ?? [])),
];

/**
 * What a command of the engine answers as JSON. It may warn beside that, on its standard error.
 *
 * @throws UserError where it answers something else, without that answer: it may be a state, in which secrets stand
 */
export function answerIn<T>(command: string, { lines, output }: Pick<EngineExit, "lines" | "output">): T {
  try {
    return JSON.parse(output.join("\n")) as T;
  } catch {
    const answered = new Set(output);
    const said = lines.filter((line) => !answered.has(line));
    const beside = said.length > 0 ? ` Beside that it says: ${said.join("; ")}` : "";
    throw new UserError(`What the engine answers to \`pulumi ${command}\` is no JSON.${beside}`, {
      place: "the pulumi on PATH",
      next: "pulumi version",
    });
  }
}

/** The errors of an engine that failed, or else the last lines that it printed. */
export function wordsOf(lines: readonly string[]): readonly string[] {
  const errors = errorsIn(lines);
  return errors.length > 0 ? errors : lines.slice(-10);
}

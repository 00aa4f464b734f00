import type { Outcome } from "./command.ts";

/**
 * Says what is wrong with the way a command refused bad input, and nothing where it did well: a failing exit code, every expected
 * cause named, the next step said, and no stack trace, which is for defects.
 */
export function refusalFault({ exitCode, output }: Outcome, ...causes: readonly RegExp[]): string | undefined {
  const faults: string[] = [];
  if (exitCode === 0) faults.push("it was accepted (exit code 0)");
  for (const cause of causes) if (!cause.test(output)) faults.push(`nothing matches ${cause}`);
  if (!/^\s*next:|--help to see/m.test(output)) faults.push("no next step is named");
  if (/^\s+at .+:\d+:\d+\)?$/m.test(output)) faults.push("a stack trace is shown");
  return faults.length === 0 ? undefined : `${faults.join("; ")}:\n${output}`;
}

import type { Status } from "../status.ts";
import type { BackgroundLog } from "./background-log.ts";
import { answerText, parseCheck } from "./checks.ts";
import { compareOutput, type Difference } from "./compare-output.ts";
import type { Checks, Commands, LabPage, PageCommand, Section } from "./page.ts";
import type { LabShell } from "./shell.ts";

/** Requests by which a share is measured. */
const measuredRequests = 500;

/** Where and how the commands of a page are run. */
export interface Course {
  readonly shell: LabShell;
  /** Gets a line at a time. */
  say(line: string): void;
  /** Where commands in the background print; undefined where that is with the others. */
  readonly background?: BackgroundLog;
}

/**
 * Runs all commands of a section and asks all that it checks, in their order. What is not as the page says is told, and the rest runs
 * all the same: one run shows everything that differs.
 *
 * @returns what is not as the page says, each with file, line, what was wanted and what was seen in its place: the whole output is printed
 * while a command runs
 */
export async function runSection(
  { file }: Pick<LabPage, "file">,
  { parts }: Pick<Section, "parts">,
  course: Course,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const part of parts) {
    if (part.kind === "commands") faults.push(...(await runCommands(file, part, course)));
    if (part.kind === "checks") faults.push(...(await askChecks(file, part, course)));
  }
  return faults;
}

async function runCommands(
  file: string,
  { commands, bounds, exitCode, isBackground }: Commands,
  { shell, say, background }: Course,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const each of commands) {
    say(`$ ${each.command}`);
    if (isBackground) {
      shell.start(each.command);
      if (background) say(`It goes on in the background, and prints to ${background.name}.`);
      continue;
    }
    const ran = await shell.run(each.command);
    if (ran.exitCode !== exitCode)
      faults.push(
        `${file}:${each.line}: ${each.command}\n  wanted: exit code ${exitCode}\n  seen:   exit code ${ran.exitCode}`,
      );
    const difference = compareOutput(each.output, ran.output, bounds);
    if (difference) faults.push(differenceText(file, each, difference));
  }
  return faults;
}

function differenceText(file: string, { command, outputLine }: PageCommand, { at, wanted, seen }: Difference): string {
  return [
    `${file}:${outputLine + at}: the output of ${command}`,
    `  wanted: ${wanted ?? "no more lines"}`,
    `  seen:   ${seen ?? "no such line"}`,
  ].join("\n");
}

/** Asks the cluster, and the traffic where a sentence is about that, once for all sentences of a fence. */
async function askChecks(file: string, { sentences }: Checks, { shell, say }: Course): Promise<readonly string[]> {
  const checks = sentences.flatMap(({ line, sentence }) => {
    const check = parseCheck(sentence);
    return check ? [{ place: `${file}:${line}`, check }] : [];
  });
  const requests = checks.some(({ check }) => check.needsTraffic) ? measuredRequests : undefined;
  let status: Status;
  try {
    status = await shell.status(requests);
  } catch (error) {
    return [`${checks[0]?.place}: ${(error as Error).message}`];
  }
  return checks.flatMap(({ place, check }) => {
    const answer = check.answer(status);
    say(answerText(check, answer));
    return answer.isYes ? [] : [`${place}: ${answerText(check, answer)}`];
  });
}

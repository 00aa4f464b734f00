import type { Folded, LabPage, Part, Section } from "./page.ts";
import { type Course, runSection } from "./run-section.ts";

/** Asks a person for a line. */
export interface Dialog {
  print(text: string): void;
  /** What was typed, in small letters and without spaces around it; undefined where the input has ended. */
  ask(prompt: string): Promise<string | undefined>;
}

interface Lesson {
  readonly page: LabPage;
  /** Sections that were done before. */
  readonly from: number;
  readonly course: Course;
  readonly dialog: Dialog;
  /** Notes how many sections are done. */
  done(sections: number): void;
}

const keys = "Enter: run this here · n: next, I ran it in another terminal · c: check · h: hint · q: quit > ";

/** Shows a lab section by section, each until it is done. @returns whether the lab was gone through to its end */
export async function teach({ page, from, course, dialog, done }: Lesson): Promise<boolean> {
  dialog.print(`Lab ${page.number}: ${page.title}. Needs ${page.needs}; takes about ${page.minutes} minutes.`);
  for (const [index, section] of page.sections.entries()) {
    if (index < from) {
      await takeEnvironment(section, course);
      continue;
    }
    dialog.print(`\n${section.title}\n`);
    for (const part of section.parts) if (part.kind !== "folded") dialog.print(`${shown(part)}\n`);
    const goesOn =
      section.kind === "questions"
        ? await discuss(foldedIn(section), dialog)
        : !hasWork(section) || (await work(page, section, course, dialog));
    if (!goesOn) return false;
    await takeEnvironment(section, course);
    done(index + 1);
  }
  return true;
}

/** What a section sets in the environment, for the commands after it: it may have been run in another terminal, or another day. */
async function takeEnvironment({ parts }: Section, { shell }: Course): Promise<void> {
  const commands = parts.flatMap((part) => (part.kind === "commands" ? part.commands : []));
  for (const { command } of commands) if (/^(eval|export) /.test(command)) await shell.run(command);
}

const hasWork = ({ parts }: Section): boolean => parts.some(({ kind }) => kind === "commands" || kind === "checks");

const foldedIn = ({ parts }: Section): readonly Folded[] => parts.filter((part) => part.kind === "folded");

/** A part of a page on a terminal: the fences are set in. */
function shown(part: Exclude<Part, Folded>): string {
  if (part.kind === "checks") return part.sentences.map(({ sentence }) => `    c asks: ${sentence}`).join("\n");
  return part.text.replaceAll(/^```[^\n]*\n([\s\S]*?)^```$/gm, (_, body: string) =>
    body.replaceAll(/^/gm, "    ").trimEnd(),
  );
}

/** Until the section is done, or the person quits. */
async function work(page: LabPage, section: Section, course: Course, dialog: Dialog): Promise<boolean> {
  const hints = [...foldedIn(section)];
  const checks = section.parts.filter(({ kind }) => kind === "checks");
  for (;;) {
    const key = await dialog.ask(keys);
    switch (key) {
      case undefined:
      case "q":
        return false;
      case "n":
        return true;
      case "h":
        dialog.print(hints.shift()?.text ?? "There is no more hint to this one.");
        break;
      case "c":
        if (checks.length === 0) dialog.print("There is nothing to check here: n goes on.");
        else if (isDone(await runSection(page, { parts: checks }, course), dialog)) return true;
        break;
      case "":
        if (isDone(await runSection(page, section, course), dialog)) return true;
        break;
      default:
        dialog.print(`"${key}" is none of the keys.`);
    }
  }
}

function isDone(faults: readonly string[], dialog: Dialog): boolean {
  if (faults.length > 0) dialog.print(["Not as on the page:", ...faults].join("\n"));
  return faults.length === 0;
}

/** Each question, and its answer when it is asked for. */
async function discuss(questions: readonly Folded[], dialog: Dialog): Promise<boolean> {
  for (const { summary, text } of questions) {
    dialog.print(summary);
    const key = await dialog.ask("Enter: the answer · q: quit > ");
    if (key === undefined || key === "q") return false;
    dialog.print(`${text}\n`);
  }
  return true;
}

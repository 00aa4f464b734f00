import { withNext } from "@canary-lab/kit/user-error";
import type { Checks, Commands, Folded, LabPage, Part, Section } from "./page.ts";
import { type Course, runSection } from "./run-section.ts";

/** Asks a person for a key. */
export interface Dialog {
  print(text: string): void;
  /** A small letter, empty for Enter; undefined where the input has ended. */
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

/** Shows a lab section by section, each until it is done. @returns whether the lab was gone through to its end */
export async function teach({ page, from, course, dialog, done }: Lesson): Promise<boolean> {
  for (const [index, section] of page.sections.entries()) {
    if (index < from) {
      for (const part of section.parts) if (part.kind === "commands") await takeEnvironment(part, course);
      continue;
    }
    dialog.print(`\n${section.title}\n`);
    const goesOn =
      section.kind === "questions"
        ? await discuss(foldedIn(section), dialog)
        : await goThrough({ page, section, course, dialog, hints: [...foldedIn(section)] });
    if (!goesOn) return false;
    done(index + 1);
  }
  return true;
}

/** What commands set in the environment, for those after them: they may have been run in another terminal, or another day. */
async function takeEnvironment({ commands }: Commands, { shell }: Course): Promise<void> {
  for (const { command } of commands) if (/^(eval|export) /.test(command)) await shell.run(command);
}

const foldedIn = ({ parts }: Section): readonly Folded[] => parts.filter((part) => part.kind === "folded");

interface Walk {
  readonly page: LabPage;
  readonly section: Section;
  readonly course: Course;
  readonly dialog: Dialog;
  /** Those that were not asked for. */
  readonly hints: Folded[];
}

/** Part after part: what a page says of an output is shown when the commands have run. @returns false where the person quits */
async function goThrough(walk: Walk): Promise<boolean> {
  const { section, course, dialog } = walk;
  /** Up to there the person has done all of it elsewhere, as the checks have seen. */
  let checked = -1;
  for (const [at, part] of section.parts.entries()) {
    if (part.kind !== "folded" && part.kind !== "checks") dialog.print(`${shown(part)}\n`);
    if (part.kind === "commands") {
      const next = section.parts.findIndex((each, index) => index > at && each.kind === "checks");
      const ending = at < checked ? "elsewhere" : await offer(walk, part, section.parts[next]);
      if (ending === "quit") return false;
      if (ending === "checked") checked = next;
      if (ending !== "run") await takeEnvironment(part, course);
    }
    if (part.kind === "checks" && at > checked && !(await ask(walk, part))) return false;
  }
  return true;
}

/** Text on a terminal: the fences are set in. */
const shown = ({ text }: { readonly text: string }): string =>
  text.replaceAll(/^```[^\n]*\n([\s\S]*?)^```$/gm, (_, body: string) => body.replaceAll(/^/gm, "    ").trimEnd());

/** Asks for a key, with what a command in the background has printed last. */
function key({ dialog, course }: Pick<Walk, "dialog" | "course">, prompt: string): Promise<string | undefined> {
  const line = course.background?.takeLastLine();
  if (line !== undefined) dialog.print(`In the background: ${line}`);
  return dialog.ask(prompt);
}

/** Until commands have been run here or elsewhere, or the person quits. @param next what is checked after them */
async function offer(walk: Walk, commands: Commands, next: Part | undefined) {
  const { dialog } = walk;
  for (;;) {
    const given = await key(
      walk,
      "Enter: run this here · n: next, I ran it in another terminal · c: check · h: hint · q: quit > ",
    );
    switch (given) {
      case undefined:
      case "q":
        return "quit";
      case "n":
        return "elsewhere";
      case "h":
        giveHint(walk);
        break;
      case "c":
        if (next?.kind !== "checks") dialog.print("There is nothing to check here: n goes on.");
        else if (await isAsOnPage(walk, next)) return "checked";
        break;
      case "":
        if (await isAsOnPage(walk, commands)) return "run";
        break;
      default:
        dialog.print(noKey(given, "Enter, n, c, h and q"));
    }
  }
}

/** Until the cluster says yes or the person goes on all the same. @returns false where the person quits */
async function ask(walk: Walk, checks: Checks): Promise<boolean> {
  if (await isAsOnPage(walk, checks)) return true;
  for (;;) {
    const given = await key(walk, "Enter or c: check again · n: next · h: hint · q: quit > ");
    switch (given) {
      case undefined:
      case "q":
        return false;
      case "n":
        return true;
      case "h":
        giveHint(walk);
        break;
      case "":
      case "c":
        if (await isAsOnPage(walk, checks)) return true;
        break;
      default:
        walk.dialog.print(noKey(given, "Enter, c, n, h and q"));
    }
  }
}

const noKey = (key: string, keys: string): string => `"${key}" is none of the keys: they are ${keys}.`;

const giveHint = ({ dialog, hints }: Walk): void =>
  dialog.print(hints.shift()?.text ?? "There is no more hint to this one.");

async function isAsOnPage({ page, course, dialog }: Walk, part: Commands | Checks): Promise<boolean> {
  const faults = await runSection(page, { parts: [part] }, course);
  if (faults.length === 0) return true;
  dialog.print(["Not as on the page:", ...faults].join("\n"));
  if (faults.some((fault) => failedRequests.test(fault))) dialog.print(faultHint);
  return false;
}

/** As `status`, `load` and the checks tell them. */
const failedRequests = /(?<![\d.])[1-9]\d* failed\b/;

const faultHint = withNext(
  "Requests failed. A fault that is set makes them fail until somebody takes it away; this tells whether one is:",
  "npx canaryctl faults canary",
  "npx canaryctl faults stable",
);

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

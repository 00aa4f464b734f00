import { parseCheck } from "./checks.ts";
import type { Bounds } from "./compare-output.ts";

/** One exercise of the course, as its page in `labs/` says it. */
export interface LabPage {
  /** As in messages: `labs/01-first-canary.md`. */
  readonly file: string;
  /** 1 for the first exercise of the course. */
  readonly number: number;
  readonly title: string;
  /** What must be there before the first command, in words. */
  readonly needs: string;
  /** How long a reader takes, about. */
  readonly minutes: number;
  readonly sections: readonly Section[];
}

export type SectionKind = "learn" | "start" | "step" | "questions" | "undo";

/** What stands below one heading of the second level. */
export interface Section {
  readonly kind: SectionKind;
  readonly title: string;
  readonly parts: readonly Part[];
}

export type Part = Prose | Folded | Commands | Checks;

/** Text, a fence that only shows something, or a command that is not run. */
interface Prose {
  readonly kind: "prose";
  readonly text: string;
}

/** A hint, or a question with its answer. */
export interface Folded {
  readonly kind: "folded";
  readonly summary: string;
  readonly text: string;
}

/** A fence of commands, each with the output that should be seen. */
export interface Commands {
  readonly kind: "commands";
  /** As it stands on the page. */
  readonly text: string;
  readonly commands: readonly PageCommand[];
  readonly bounds: Bounds;
  /** The exit code of each of them. */
  readonly exitCode: number;
  /** It goes on beside the commands after it, as in a second terminal; it may show no output. */
  readonly isBackground: boolean;
}

export interface PageCommand {
  /** Number of its first line on the page, from 1. */
  readonly line: number;
  readonly command: string;
  /** Number of the first line of output on the page. */
  readonly outputLine: number;
  readonly output: readonly string[];
}

/** A fence with one sentence a line, each of which the cluster must answer with yes. */
export interface Checks {
  readonly kind: "checks";
  readonly sentences: readonly { readonly line: number; readonly sentence: string }[];
}

const headings: readonly (readonly [RegExp, SectionKind])[] = [
  [/^What you learn$/, "learn"],
  [/^Before you start$/, "start"],
  [/^Step \d+: ./, "step"],
  [/^Questions$/, "questions"],
  [/^How to undo$/, "undo"],
];

/** What a fence may be that is only shown. */
const shownFences = ["text", "yaml", "json", "mermaid"];

/** Lines of a page with the number of the first one. */
interface Lines {
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * Reads a page of the course: see `labs/README.md` for its form.
 *
 * @param file its path below the repository's root, such as `labs/01-first-canary.md`
 * @throws Error with file and line where the page is not of that form
 */
export function parsePage(file: string, text: string): LabPage {
  const lines = text.split("\n");
  const fail = (line: number, what: string): never => {
    throw new Error(`${file}:${line}: ${what}`);
  };
  const [, number = ""] = /\/(\d+)-[a-z0-9-]+\.md$/.exec(file) ?? fail(1, "its name is no NN-short-name.md");
  const [, title = ""] =
    new RegExp(`^# Lab ${Number(number)}: (.+)$`).exec(lines[0] ?? "") ??
    fail(1, `the first line is "# Lab ${Number(number)}: Title"`);
  const [, needs = "", minutes = ""] =
    /^Needs (.+)\. Takes about (\d+) minutes\.$/.exec(lines[2] ?? "") ??
    fail(3, 'the third line is "Needs …. Takes about N minutes."');
  const sections = sectionsOf(lines).map(({ first, lines: [heading = "", ...body] }): Section => {
    const name = heading.slice(3);
    const kind =
      headings.find(([pattern]) => pattern.test(name))?.[1] ?? fail(first, `"${name}" is no heading of a lab`);
    return { kind, title: name, parts: partsOf({ first: first + 1, lines: body }, fail) };
  });
  return { file, number: Number(number), title, needs, minutes: Number(minutes), sections };
}

type Fail = (line: number, what: string) => never;

/** The parts of a page that begin with a heading of the second level; what looks like one in a fence is none. */
function sectionsOf(lines: readonly string[]): readonly Lines[] {
  const starts: number[] = [];
  let isFenced = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith("```")) isFenced = !isFenced;
    if (!isFenced && line.startsWith("## ")) starts.push(index);
  }
  return starts.map((start, index) => ({ first: start + 1, lines: lines.slice(start, starts[index + 1]) }));
}

function partsOf({ first, lines }: Lines, fail: Fail): readonly Part[] {
  const parts: Part[] = [];
  let prose: string[] = [];
  const endProse = () => {
    const text = prose.join("\n").trim();
    if (text !== "") parts.push({ kind: "prose", text });
    prose = [];
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const end = line.startsWith("```") ? "```" : line.startsWith("<details>") ? "</details>" : undefined;
    if (end === undefined) {
      prose.push(line);
      continue;
    }
    const last = lines.indexOf(end, index + 1);
    if (last < 0) fail(first + index, `there is no ${end} to it`);
    const block = { first: first + index, lines: lines.slice(index, last + 1) };
    const part = end === "```" ? fenceOf(block, fail) : foldedOf(block, fail);
    index = last;
    if (part.kind === "prose") prose.push(part.text);
    else {
      endProse();
      parts.push(part);
    }
  }
  endProse();
  return parts;
}

function foldedOf({ first, lines }: Lines, fail: Fail): Folded {
  const [, summary = ""] =
    /^<details><summary>(.+)<\/summary>$/.exec(lines[0] ?? "") ??
    fail(first, "a folded text begins with <details><summary>…</summary> on one line");
  return { kind: "folded", summary, text: lines.slice(1, -1).join("\n").trim() };
}

function fenceOf({ first, lines }: Lines, fail: Fail): Part {
  const [language = "", ...options] = (lines[0] ?? "").slice(3).trim().split(/\s+/);
  const text = lines.join("\n");
  const body = { first: first + 1, lines: lines.slice(1, -1) };
  if (language === "check") return checksOf(body, fail);
  if (language === "console") {
    if (options[0] === "not-run:") return options.length > 1 ? { kind: "prose", text } : fail(first, "why not?");
    return {
      kind: "commands",
      text,
      commands: commandsOf(body, fail),
      ...readOptions(options, (what) => fail(first, what)),
    };
  }
  if (!shownFences.includes(language) || options.length > 0)
    fail(first, `a fence is one of console, check, ${shownFences.join(", ")}`);
  return { kind: "prose", text };
}

function readOptions(options: readonly string[], fail: (what: string) => never) {
  const bounds: { share?: number; count?: number } = {};
  let [exitCode, isBackground] = [0, false];
  for (const option of options) {
    const [, name, value] = /^(share=±|count=±|exit=)(\d+)$/.exec(option) ?? [];
    if (option === "background") isBackground = true;
    else if (name === "share=±") bounds.share = Number(value);
    else if (name === "count=±") bounds.count = Number(value);
    else if (name === "exit=") exitCode = Number(value);
    else fail(`"${option}" is no option of a console fence: background, exit=N, share=±N, count=±N, not-run: REASON`);
  }
  return { bounds, exitCode, isBackground };
}

function checksOf({ first, lines }: Lines, fail: Fail): Checks {
  const sentences = lines.map((sentence, index) => ({ line: first + index, sentence }));
  for (const { line, sentence } of sentences)
    if (!parseCheck(sentence)) fail(line, `"${sentence}" is no sentence that can be checked`);
  return { kind: "checks", sentences };
}

/** `$ ` begins a command, `> ` continues it on the next line; what follows is its output. */
function commandsOf({ first, lines }: Lines, fail: Fail): readonly PageCommand[] {
  const starts = lines.flatMap((line, index) => (line.startsWith("$ ") ? [index] : []));
  if (starts[0] !== 0) fail(first, 'a console fence begins with "$ " and a command');
  return starts.map((start, index) => {
    const block = lines.slice(start, starts[index + 1]);
    const end = block.findIndex((line, at) => at > 0 && !line.startsWith("> "));
    const words = end < 0 ? block : block.slice(0, end);
    return {
      line: first + start,
      command: words.map((line) => line.slice(2)).join("\n"),
      outputLine: first + start + words.length,
      output: block.slice(words.length),
    };
  });
}

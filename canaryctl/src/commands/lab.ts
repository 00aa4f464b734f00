import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { UserError } from "@canary-lab/kit/user-error";
import { exitCodes } from "../exit-codes.ts";
import { readPages, readPositions, writePosition } from "../lab-course/course.ts";
import { type Dialog, teach } from "../lab-course/lesson.ts";
import type { LabPage } from "../lab-course/page.ts";
import { bashShell } from "../lab-course/shell.ts";
import { print, table } from "../print.ts";
import { UsageError } from "../usage-error.ts";

export function list(): void {
  const positions = readPositions();
  const rows = readPages().map((page) => {
    const { number, title, minutes, needs, sections } = page;
    const done = positions[number];
    const place = done === undefined ? "" : done === sections.length ? "done" : `at "${sections[done]?.title}"`;
    return [String(number), title, `${minutes} min`, needs, place];
  });
  print([
    ...table([["lab", "title", "takes", "needs", ""], ...rows]),
    "`npx canaryctl lab 1` goes through the first one.",
  ]);
}

export async function run(number: number): Promise<void> {
  const pages = readPages();
  const page = pages.find((each) => each.number === number);
  if (!page) {
    const allowed = `1 to ${pages.length}`;
    throw new UsageError(`There is no lab ${number}.`, { place: "labs/", allowed, next: "npx canaryctl lab" });
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw noTerminal(page);
  const done = readPositions()[number] ?? 0;
  const input = createInterface({ input: process.stdin, output: process.stdout });
  const closed = once(input, "close").then(() => undefined);
  const shell = bashShell(variables(), (text) => void process.stdout.write(text));
  input.on("SIGINT", () => {
    process.exitCode = exitCodes.interrupted;
    input.close();
    void shell.end(); // a command that runs is asked to end, and the lesson ends after it
  });
  const dialog: Dialog = {
    print: (text) => print([text]),
    // The input ends by Ctrl-C, which closes it, or by Ctrl-D. What was typed while a command ran is left out: an Enter would run the next one.
    ask: async (prompt) => {
      const typed = input.question(prompt).catch(() => undefined);
      return (await Promise.race([typed, closed]))?.trim().toLowerCase();
    },
  };
  try {
    const isFinished = await teach({
      page,
      from: done === page.sections.length ? 0 : done,
      course: { shell, say: (line) => print([line]) },
      dialog,
      done: (sections) => writePosition(page, sections),
    });
    print([endText(isFinished, page, pages)]);
  } finally {
    input.close();
    await shell.end();
  }
}

function endText(isFinished: boolean, { number }: LabPage, pages: readonly LabPage[]): string {
  if (!isFinished) return `Lab ${number} goes on from here: npx canaryctl lab ${number}`;
  const next = number < pages.length ? `The next one: npx canaryctl lab ${number + 1}` : "It was the last one.";
  return `Lab ${number} is done. ${next}`;
}

const noTerminal = ({ file, number }: LabPage): UserError =>
  new UserError(`Lab ${number} waits for you at each step, and there is no terminal.`, {
    place: "standard input and output",
    first: `open a terminal; or read ${file}, whose commands run as they stand there`,
    next: `npx canaryctl lab ${number}`,
  });

const variables = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((each): each is [string, string] => each[1] !== undefined));

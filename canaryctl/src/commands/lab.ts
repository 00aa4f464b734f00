import { UserError } from "@canary-lab/kit/user-error";
import { exitCodes } from "../exit-codes.ts";
import { openBackgroundLog, readPages, readPositions, writePosition } from "../lab-course/course.ts";
import { openKeyboard } from "../lab-course/keyboard.ts";
import { type Dialog, teach } from "../lab-course/lesson.ts";
import type { LabPage } from "../lab-course/page.ts";
import { bashShell } from "../lab-course/shell.ts";
import { beginsAtStart, type Deviations, readDeviations } from "../lab-course/starting-point.ts";
import { print, table } from "../print.ts";
import { untilInterrupted } from "../until-interrupted.ts";
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

/** @param number as it was typed */
export async function run(number: string): Promise<void> {
  const pages = readPages();
  const page = pages.find((each) => each.number === Number(number));
  if (!page) {
    const allowed = `1 to ${pages.length}`;
    throw new UsageError(`There is no lab ${number}.`, { place: "labs/", allowed, next: "npx canaryctl lab" });
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw noTerminal(page);
  const done = readPositions()[page.number] ?? 0;
  const from = done === page.sections.length ? 0 : done;
  print([`Lab ${page.number}: ${page.title}. Needs ${page.needs}; takes about ${page.minutes} minutes.`]);
  const before = beginsAtStart(page) ? await readDeviations(quietShell()) : [];
  if (from === 0 && before.length > 0)
    print(["The lab is not as `npm run up` leaves it, and this page begins there:", ...before]);
  const isFinished = await untilInterrupted((signal) => teachAtTerminal(page, from, signal));
  print([endText(isFinished, page, pages)]);
  if (!isFinished) await tellWhatIsLeft(before);
}

/** Ctrl-C, and whatever else asks the process to end, ends the command that runs and those in the background; the lesson ends after them. */
async function teachAtTerminal(page: LabPage, from: number, signal: AbortSignal): Promise<boolean> {
  const background = openBackgroundLog();
  const shell = bashShell(variables(), (text) => void process.stdout.write(text), background.write);
  const tell = (text: string) => {
    if (!signal.aborted) print([text]); // what has been ended is not as on the page
  };
  const keyboard = openKeyboard(process.stdin, signal, () => process.kill(process.pid, "SIGINT"));
  signal.addEventListener("abort", () => {
    process.exitCode = exitCodes.interrupted;
    void shell.end();
  });
  const dialog: Dialog = {
    print: tell,
    ask: async (prompt) => {
      if (signal.aborted) return undefined;
      process.stdout.write(prompt);
      const key = await keyboard.next();
      print([key ?? ""]); // a terminal that gives single keys does not show them
      return key;
    },
  };
  try {
    return await teach({
      page,
      from,
      course: { shell, say: tell, background },
      dialog,
      done: (sections) => writePosition(page, sections),
    });
  } finally {
    keyboard.close();
    await shell.end();
  }
}

/** @param before what was so before the lab */
async function tellWhatIsLeft(before: Deviations): Promise<void> {
  const left = (await readDeviations(quietShell())).filter((each) => !before.includes(each));
  if (left.length > 0) print(["What this lab has changed is left as it is:", ...left]);
}

/** For questions to the cluster outside of a lesson, which Ctrl-C ends as it does each command's. */
const quietShell = () => bashShell(variables(), () => {});

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

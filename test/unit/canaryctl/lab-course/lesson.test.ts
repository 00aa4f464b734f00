import { expect, test } from "@jest/globals";
import { teach } from "../../../../canaryctl/src/lab-course/lesson.ts";
import { parsePage } from "../../../../canaryctl/src/lab-course/page.ts";
import { fakeShell } from "./fake-shell.ts";

const text = `# Lab 2: X

Needs the lab. Takes about 3 minutes.

## What you learn

A lot.

## Step 1: Move

\`\`\`console
$ move
moved
\`\`\`

<details><summary>Hint: how</summary>

Like this.

</details>

\`\`\`check
the route is 70/30
\`\`\`

## Questions

<details><summary>Why?</summary>

Because.

</details>

## How to undo

\`\`\`console
$ undo
\`\`\`
`;

const page = parsePage("labs/02-x.md", text);

/** Goes through the page with these answers; the input ends after them. */
async function lesson(typed: readonly string[], { from = 0, canary = 30, output = "moved", of = page } = {}) {
  const { shell, ran } = fakeShell({ move: output }, canary);
  const keys = [...typed];
  const printed: string[] = [];
  const done: number[] = [];
  const isFinished = await teach({
    page: of,
    from,
    course: { shell, say: (line) => printed.push(line) },
    dialog: { print: (text) => printed.push(text), ask: async () => keys.shift() },
    done: (sections) => done.push(sections),
  });
  return { isFinished, ran, done, text: printed.join("\n"), left: keys.length };
}

test("Enter runs a step's commands, asks what it checks, and goes on; a question's answer comes with Enter", async () => {
  const { isFinished, ran, done, text } = await lesson(["", "", ""]);
  expect({ isFinished, ran, done }).toEqual({
    isFinished: true,
    ran: ["move", "status 0", "undo"],
    done: [1, 2, 3, 4],
  });
  expect(text).toMatch(
    /A lot\.[\s\S]*Step 1: Move[\s\S]* {4}\$ move\n {4}moved[\s\S]*is the route 70\/30\? yes: 70\/30/,
  );
  expect(text).toMatch(/Why\?\nBecause\./);
  expect(text).not.toContain("Like this.");
});

test("c only checks: a step that is not done stays, one that was done in another terminal is left", async () => {
  expect(await lesson(["c"], { canary: 10 })).toMatchObject({ isFinished: false, ran: ["status 0"], done: [1] });
  expect(await lesson(["c", "q"])).toMatchObject({ ran: ["status 0"], done: [1, 2] });
});

test("what is not as on the page is told, and the step stays until n leaves it", async () => {
  const { text, done } = await lesson(["", "n", "q"], { output: "error: no" });
  expect(text).toContain(
    "Not as on the page:\nlabs/02-x.md:13: the output of move\n  wanted: moved\n  seen:   error: no",
  );
  expect(done).toEqual([1, 2]);
});

test("hints come one at a time, on request; another key is no step", async () => {
  const { text, ran } = await lesson(["h", "h", "x", "q"]);
  expect(text).toContain("Like this.\nThere is no more hint to this one.");
  expect(text).toContain('"x" is none of the keys.');
  expect(ran).toEqual([]);
});

test("q leaves it, and the next time it goes on from there", async () => {
  expect(await lesson(["q"])).toMatchObject({ isFinished: false, done: [1] });
  expect(await lesson(["", ""], { from: 2 })).toMatchObject({ isFinished: true, ran: ["undo"], done: [3, 4] });
});

test("a step without a check cannot be checked, and says so", async () => {
  const { text, left } = await lesson(["c", "n"], { from: 3 });
  expect(text).toContain("There is nothing to check here: n goes on.");
  expect(left).toBe(0);
});

test("what a step sets in the environment is there for the steps after it, wherever and whenever it was run", async () => {
  const withEnvironment = parsePage(page.file, text.replace("$ move", "$ export LAB=1\n$ move"));
  const run = (typed: readonly string[], from = 0) => lesson(typed, { from, of: withEnvironment });
  expect(await run(["n", "", ""])).toMatchObject({ ran: ["export LAB=1", "undo"] });
  expect(await run(["", ""], 2)).toMatchObject({ ran: ["export LAB=1", "undo"] });
});

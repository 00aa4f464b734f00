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

It has moved.

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

interface Options {
  readonly from?: number;
  readonly canary?: number;
  readonly failed?: number;
  readonly output?: string;
  readonly of?: typeof page;
  readonly background?: string;
}

/** Goes through the page with these answers; the input ends after them. */
async function lesson(typed: readonly string[], options: Options = {}) {
  const { from = 0, canary = 30, failed = 0, output = "moved", of = page, background } = options;
  const { shell, ran } = fakeShell({ move: output }, canary, failed);
  const keys = [...typed];
  const printed: string[] = [];
  const done: number[] = [];
  const log = { name: ".lab/labs.log", write: () => {}, takeLastLine: () => background };
  const isFinished = await teach({
    page: of,
    from,
    course: { shell, say: (line) => printed.push(line), ...(background && { background: log }) },
    dialog: {
      print: (text) => printed.push(text),
      ask: async (prompt) => {
        printed.push(prompt);
        return keys.shift();
      },
    },
    done: (sections) => done.push(sections),
  });
  return { isFinished, ran, done, text: printed.join("\n"), left: keys.length };
}

test("Enter runs a step's commands, what the page says of them follows, and its checks are asked; a question's answer comes with Enter", async () => {
  const { isFinished, ran, done, text } = await lesson(["", "", ""]);
  expect({ isFinished, ran, done }).toEqual({
    isFinished: true,
    ran: ["move", "status 0", "undo"],
    done: [1, 2, 3, 4],
  });
  expect(text).toMatch(
    /A lot\.[\s\S]*Step 1: Move[\s\S]* {4}\$ move\n {4}moved\n\nEnter: run this here.*\n\$ move\nIt has moved\.\n\nis the route 70\/30\? yes: 70\/30/,
  );
  expect(text).toMatch(/Why\?\nEnter: the answer.*\nBecause\./);
  expect(text).not.toContain("Like this.");
});

test("c only checks: a step that is not done stays, one that was done in another terminal is left, with all that the page says", async () => {
  expect(await lesson(["c"], { canary: 10 })).toMatchObject({ isFinished: false, ran: ["status 0"], done: [1] });
  const { text, ...outcome } = await lesson(["c", "q"]);
  expect(outcome).toMatchObject({ ran: ["status 0"], done: [1, 2] });
  expect(text).toContain("It has moved.");
});

test("n goes on to what is checked; a check that fails is asked again, until n leaves it", async () => {
  expect(await lesson(["n", "q"])).toMatchObject({ ran: ["status 0"], done: [1, 2] });
  const { text, ...outcome } = await lesson(["n", "c", "", "n", "q"], { canary: 10 });
  expect(outcome).toMatchObject({ ran: ["status 0", "status 0", "status 0"], done: [1, 2] });
  expect(text).toContain("is the route 70/30? no: 90/10");
});

test("what is not as on the page is told, and the commands stay until n leaves them", async () => {
  const { text, done } = await lesson(["", "n", "q"], { output: "error: no" });
  expect(text).toContain(
    "Not as on the page:\nlabs/02-x.md:13: the output of move\n  wanted: moved\n  seen:   error: no",
  );
  expect(text).not.toContain("canaryctl faults");
  expect(done).toEqual([1, 2]);
});

test("where requests failed, in a check or an output, the command is named that tells the faults", async () => {
  const next = "  next:    npx canaryctl faults canary\n";
  expect((await lesson([""], { output: "487 answered, 13 failed" })).text).toContain(next);
  const shares = parsePage(page.file, text.replace("the route is 70/30", "v2 gets 30 % of the answers"));
  const { text: told } = await lesson([""], { of: shares, canary: 40, failed: 13 });
  expect(told).toContain("40 % of 500, 13 failed");
  expect(told).toContain(next);
  expect((await lesson([""], { output: "500 answered, 0 failed" })).text).not.toContain(next);
});

test("hints come one at a time, on request; another key is no step, and the keys are listed", async () => {
  const { text, ran } = await lesson(["h", "h", "x", "q"]);
  expect(text).toMatch(/Like this\.[\s\S]*There is no more hint to this one\./);
  expect(text).toContain('"x" is none of the keys: they are Enter, n, c, h and q.');
  expect(ran).toEqual([]);
});

test("the last line of what runs in the background stands above the question", async () => {
  const { text } = await lesson(["q"], { background: "250 requests, 0 failed" });
  expect(text).toMatch(/In the background: 250 requests, 0 failed\nEnter: run this here/);
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
  expect(await run(["n", "", ""])).toMatchObject({ ran: ["export LAB=1", "status 0", "undo"] });
  expect(await run(["", ""], 2)).toMatchObject({ ran: ["export LAB=1", "undo"] });
});

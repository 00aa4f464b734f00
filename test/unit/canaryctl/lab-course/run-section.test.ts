import { expect, test } from "@jest/globals";
import { parsePage } from "../../../../canaryctl/src/lab-course/page.ts";
import { runSection } from "../../../../canaryctl/src/lab-course/run-section.ts";
import { fakeShell } from "./fake-shell.ts";

const page = parsePage(
  "labs/01-x.md",
  `# Lab 1: X

Needs the lab. Takes about 1 minutes.

## Step 1: All of it

\`\`\`console background
$ load
\`\`\`

\`\`\`console share=±4
$ split
v2 30 %
$ env
\`\`\`

\`\`\`check
v2 gets 30 % of the answers
the route is 70/30
\`\`\`
`,
);
const [section = { parts: [] }] = page.sections;

async function outcome(outputs: Readonly<Record<string, string>>, route: number) {
  const { shell, ran } = fakeShell(outputs, route);
  const said: string[] = [];
  const faults = await runSection(page, section, { shell, say: (line) => said.push(line) });
  return { faults, said, ran };
}

test("all that is as on the page has no fault; commands are shown, and each question with its answer", async () => {
  expect(await outcome({ split: "v2 33.9 %\n", env: "" }, 30)).toEqual({
    faults: [],
    said: ["$ load", "$ split", "$ env", "does v2 get 30 %? yes: 30 % of 500", "is the route 70/30? yes: 70/30"],
    ran: ["load &", "split", "env", "status 500"],
  });
});

test("every difference is told with its line, what was wanted and what was seen, and the rest runs all the same", async () => {
  const { faults, ran } = await outcome({ split: "v2 40 %\n", env: "error: none (exit 1)" }, 10);
  expect(ran).toEqual(["load &", "split", "env", "status 500"]);
  expect(faults).toEqual([
    "labs/01-x.md:13: the output of split\n  wanted: v2 30 %\n  seen:   v2 40 %",
    "labs/01-x.md:14: env\n  wanted: exit code 0\n  seen:   exit code 1",
    "labs/01-x.md:15: the output of env\n  wanted: no more lines\n  seen:   error: none (exit 1)",
    "labs/01-x.md:18: does v2 get 30 %? no: 10 % of 500; the release gives it 10 %",
    "labs/01-x.md:19: is the route 70/30? no: 90/10",
  ]);
});

test("a stack that cannot be asked is one fault, at the first sentence", async () => {
  const { shell } = fakeShell({ split: "v2 30 %", env: "" });
  const status = () => Promise.reject(new Error("The status cannot be read:\nerror: The lab is not up."));
  expect(await runSection(page, section, { shell: { ...shell, status }, say: () => {} })).toEqual([
    "labs/01-x.md:18: The status cannot be read:\nerror: The lab is not up.",
  ]);
});

test("where the background prints elsewhere, that is said", async () => {
  const { shell } = fakeShell({ split: "v2 30 %", env: "" }, 30);
  const said: string[] = [];
  const background = { name: ".lab/labs.log", write: () => {}, takeLastLine: () => undefined };
  await runSection(page, section, { shell, say: (line) => said.push(line), background });
  expect(said.slice(0, 2)).toEqual(["$ load", "It goes on in the background, and prints to .lab/labs.log."]);
});

import { describe, expect, test } from "@jest/globals";
import { parsePage } from "../../../../canaryctl/src/lab-course/page.ts";

const text = `# Lab 7: A title

Needs monitoring. Takes about 12 minutes.

## What you learn

Words.

## Step 1: Do it

Before.

\`\`\`console share=±6 exit=1
$ npx canaryctl set-traffic 70 \\
>   30
Traffic: 70/30

done
$ kubectl get pods
\`\`\`

\`\`\`console background
$ sleep 1
\`\`\`

\`\`\`yaml
## no heading
\`\`\`

<details><summary>Hint: look again</summary>

At the pods.

</details>

\`\`\`check
v2 is gone
the route is 70/30
\`\`\`

## How to undo

\`\`\`console not-run: it takes an hour
$ npm run down
\`\`\`
`;

const parse = (of = text) => parsePage("labs/07-a-title.md", of);

test("a page has a number, a title, what it needs and how long it takes", () => {
  expect(parse()).toMatchObject({ number: 7, title: "A title", needs: "monitoring", minutes: 12 });
  expect(parse().sections.map(({ kind, title }) => [kind, title])).toEqual([
    ["learn", "What you learn"],
    ["step", "Step 1: Do it"],
    ["undo", "How to undo"],
  ]);
});

test("a step has prose, commands with their outputs and lines, hints and checks, in their order", () => {
  expect(parse().sections[1]?.parts).toEqual([
    { kind: "prose", text: "Before." },
    {
      kind: "commands",
      text: expect.stringContaining("$ kubectl get pods"),
      commands: [
        {
          line: 14,
          command: "npx canaryctl set-traffic 70 \\\n  30",
          outputLine: 16,
          output: ["Traffic: 70/30", "", "done"],
        },
        { line: 19, command: "kubectl get pods", outputLine: 20, output: [] },
      ],
      bounds: { share: 6 },
      exitCode: 1,
      isBackground: false,
    },
    expect.objectContaining({ kind: "commands", isBackground: true, exitCode: 0, bounds: {} }),
    { kind: "prose", text: "```yaml\n## no heading\n```" },
    { kind: "folded", summary: "Hint: look again", text: "At the pods." },
    {
      kind: "checks",
      sentences: [
        { line: 37, sentence: "v2 is gone" },
        { line: 38, sentence: "the route is 70/30" },
      ],
    },
  ]);
});

test("what says why it is not run is shown, and is no command", () => {
  expect(parse().sections[2]?.parts).toEqual([{ kind: "prose", text: expect.stringContaining("$ npm run down") }]);
});

describe("a page is refused with file and line where", () => {
  test.each([
    ["its number is another one", "# Lab 7", "# Lab 8", /:1: .*# Lab 7: Title/],
    ["it does not say what it needs", "Needs ", "Wants ", /:3: /],
    ["a heading is none of a lab", "## Step 1: Do it", "## Do it", /:9: "Do it" is no heading/],
    ["a shell fence says nothing", "```yaml", "```sh", /:26: a fence is one of console, check/],
    ["a reason is missing", "not-run: it takes an hour", "not-run:", /:43: why not/],
    ["an option is unknown", "share=±6", "share=6", /:13: "share=6" is no option/],
    ["a fence begins with output", "$ sleep 1", "sleep 1", /:23: a console fence begins with/],
    ["a sentence cannot be checked", "v2 is gone", "v2 has gone", /:37: "v2 has gone"/],
    ["a fence does not end", "$ npm run down\n```", "$ npm run down", /:43: there is no ```/],
    ["a summary is on a line of its own", "<details><summary>", "<details>\n<summary>", /:30: a folded text/],
  ])("%s", (_, from, to, message) => {
    expect(text).toContain(from);
    expect(() => parse(text.replace(from, to))).toThrow(message);
  });
});

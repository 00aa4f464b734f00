import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { exitCodes } from "../../../../canaryctl/src/exit-codes.ts";
import { readPages } from "../../../../canaryctl/src/lab-course/course.ts";
import type { LabPage } from "../../../../canaryctl/src/lab-course/page.ts";
import { repositoryRoot } from "../../../../cluster/lab-folder.ts";
import { faultOf } from "../../docs/command-fault.ts";
import { commandsIn } from "../../docs/commands-in.ts";

const pages = readPages();
const read = (file: string): string => readFileSync(join(repositoryRoot, file), "utf8");
const names = pages.map((page) => [page.file, page] as const);
const blocksOf = ({ sections }: LabPage) =>
  sections.flatMap(({ parts }) => parts.filter((part) => part.kind === "commands"));

test("the labs are numbered without a gap, and their list has each with its title and its minutes", () => {
  expect(pages.map(({ number }) => number)).toEqual(pages.map((_, index) => index + 1));
  const rows = read("labs/README.md")
    .split("\n")
    .filter((line) => /^\| \[\d/.test(line));
  expect(rows).toEqual(
    pages.map(({ number, title, file, minutes }) => {
      return `| [${number}. ${title}](${file.replace("labs/", "")}) | ${minutes} min |`;
    }),
  );
});

test.each(names)("%s has all sections in their order, and its steps are numbered", (_, { sections }) => {
  const order = /^learn (start )?(step )+questions undo$/;
  expect(sections.map(({ kind }) => kind).join(" ")).toMatch(order);
  const steps = sections.filter(({ kind }) => kind === "step");
  expect(steps.map(({ title }) => title.split(":")[0])).toEqual(steps.map((__, index) => `Step ${index + 1}`));
});

test.each(names)(
  "%s asks questions, and folds their answers away; what is folded elsewhere is a hint",
  (_, { sections }) => {
    for (const { kind, parts } of sections)
      for (const part of parts) {
        if (part.kind !== "folded") continue;
        if (kind === "questions") expect(part.summary).toMatch(/\?$/);
        else expect(part.summary).toMatch(/^Hint: /);
      }
    const questions = sections.find(({ kind }) => kind === "questions")?.parts ?? [];
    expect(questions.length).toBeGreaterThanOrEqual(2);
    expect(questions.every(({ kind }) => kind === "folded")).toBe(true);
  },
);

test.each(names)("%s checks what it has done, and at its end that it is undone", (_, { sections }) => {
  const checks = (kind: string) =>
    sections
      .filter((each) => each.kind === kind)
      .flatMap(({ parts }) => parts.filter((part) => part.kind === "checks"));
  expect(checks("step").length).toBeGreaterThan(0);
  expect(checks("undo").flatMap(({ sentences }) => sentences.map(({ sentence }) => sentence))).toContain(
    "nothing is wrong",
  );
});

test.each(names)("%s reads the lab's environment before the first command that needs it", (_, page) => {
  const commands = blocksOf(page).flatMap((block) => block.commands.map(({ command }) => command));
  const reads = commands.findIndex((command) => command.includes('eval "$(npx canaryctl env)"'));
  const needs = commands.findIndex((command) => /^(?!eval).*\b(kubectl|pulumi|helm|istioctl)\b/.test(command));
  if (needs >= 0) expect([commands[needs], reads >= 0 && reads < needs]).toEqual([commands[needs], true]);
});

test.each(names)("%s has commands that can be meant, but where it shows a refusal", async (_, page) => {
  const meant = blocksOf(page).filter(
    ({ exitCode }) => ![exitCodes.failed, exitCodes.usage].some((code) => code === exitCode),
  );
  for (const command of meant.flatMap(({ commands }) => commands.flatMap((each) => commandsIn(each.command))))
    expect([command, await faultOf(command)]).toEqual([command, undefined]);
});

test.each(names)("%s ends with how its file comes back, where its commands write keys of a release", (_, page) => {
  const done = blocksOf(page).filter(({ exitCode }) => exitCode === 0);
  const writes = done.some(({ commands }) =>
    commands.some(({ command }) => /^npx canaryctl (create-canary|delete-canary|promote --full)\b/.test(command)),
  );
  const undo = page.sections
    .at(-1)
    ?.parts.map((part) => ("text" in part ? part.text : ""))
    .join("\n");
  const isTold = undo?.includes("`git checkout Pulumi.dev.yaml && npx canaryctl up`");
  expect([page.file, isTold]).toEqual([page.file, writes]);
});

test("no page is longer than a reader bears", () => {
  for (const { file } of pages) expect([file, read(file).split("\n").length < 320]).toEqual([file, true]);
});

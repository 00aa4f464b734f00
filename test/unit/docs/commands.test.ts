import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { pages as generated } from "../../../reference/pages.ts";
import { faultOf } from "./command-fault.ts";
import { commandsIn, type ShellCommand } from "./commands-in.ts";
import { type Fence, pages } from "./page.ts";

const forUsers = pages.filter(({ path }) => path === "README.md" || path.startsWith("docs/"));
const shells = forUsers.flatMap(({ fences }) => fences).filter(({ language }) => /^(sh|bash|console)$/.test(language));
const isGenerated = ({ place }: Fence) => Object.keys(generated).some((path) => place.startsWith(`${path}:`));
/** Words in a line that are a command for a shell. */
const inLines = forUsers
  .flatMap(({ codes }) => codes)
  .filter(({ text }) => /^(npx canaryctl|canaryctl|npm run|pulumi config set) /.test(text));

/** What is typed: of a console all lines with a `$`, of other blocks everything. */
const typed = ({ language, text }: Pick<Fence, "language" | "text">): string =>
  language === "console"
    ? text
        .split("\n")
        .flatMap((line) => /^ *\$ (.+)/.exec(line)?.[1] ?? [])
        .join("\n")
    : text;

const texts = [
  ...shells.map((fence) => ({ place: fence.place, commands: commandsIn(typed(fence)) })),
  ...inLines.map(({ place, text }) => ({ place: `${place} ${text}`, commands: commandsIn(text).map(asMention) })),
];

/** A sentence names a command without its arguments. */
function asMention({ program, words }: ShellCommand): ShellCommand {
  return { program, words: program === "canaryctl" && words.length === 1 ? [...words, "--help"] : words };
}

describe("each command in README and docs", () => {
  test("is found", () => expect(texts.flatMap(({ commands }) => commands).length).toBeGreaterThan(100));

  test.each(texts.filter(({ commands }) => commands.length > 0))("$place can be meant", async ({ commands }) => {
    for (const command of commands) expect([command, await faultOf(command)]).toEqual([command, undefined]);
  });

  test.each([
    ["npx canaryctl rollbck", "unknown command"],
    ["npx canaryctl set-traffic 70 30 --allow-overlod", "unknown option"],
    ['echo "$(npx canaryctl set-traffic 70)"', "missing required argument"],
    ["npm ci && npm run upp # not there", "no script upp"],
    ["pulumi config set canaryWeigth 10", "no key canaryWeigth"],
    ["npx canaryctl config set replicas 99", "replicas does not take 99"],
    ["pulumi config set --path judge.alpha 2", "judge.alpha does not take 2"],
    [`npx canaryctl config set service '{"prt": 8080}'`, "service does not take"],
  ])("%s could not", async (script, fault) => {
    const [command] = commandsIn(script).toReversed();
    if (!command) throw new Error("no command");
    expect(await faultOf(command)).toContain(fault);
  });
});

/** Says what runs the commands of a block, or why nothing does. */
const mark = /^(?:executed by (?<files>\S+(?:, \S+)*)|not executed: (?<why>.+))$/;

/** Why a block's mark does not hold; undefined for one that does. */
function markFault({ mark: given = "", text }: Pick<Fence, "mark" | "text">): string | undefined {
  const { files, why = "" } = mark.exec(given)?.groups ?? {};
  if (files === undefined && why === "")
    return "the line above says neither `executed by FILE` nor `not executed: REASON`";
  const names = files?.split(", ") ?? why.match(/\btest\/[\w./-]+/g) ?? [];
  const missing = names.find((name) => !existsSync(join(repositoryRoot, name)));
  if (missing !== undefined) return `there is no ${missing}`;
  if (files === undefined) return undefined;
  const source = names.map((name) => readFileSync(join(repositoryRoot, name), "utf8")).join("\n");
  // A page of the course has its commands as they are typed.
  const isCourse = names.every((name) => name.startsWith("labs/"));
  const isSeen = (word: string) =>
    source.includes(`"${word}"`) ||
    source.includes(`canaryctl ${word}`) ||
    (isCourse && new RegExp(`\\s${word}\\b`).test(source));
  const unseen = commandsIn(text)
    .flatMap(runWords)
    .filter((word) => !isSeen(word));
  return unseen.length === 0 ? undefined : `${files} runs no ${unseen.join(", ")}`;
}

/** By which a test shows that it runs a command: its name and its flags. */
function runWords({ program, words: [...all] }: ShellCommand): readonly string[] {
  if (program === "npm") return all[0] === "run" ? all.slice(1, 2) : [];
  const names = all[0] === "--stack" ? all.slice(2, 3) : all.slice(0, 1);
  return [...names, ...all.filter((word) => word.startsWith("--"))];
}

describe("each block of commands says what runs it, or why nothing does", () => {
  test.each(shells.filter((fence) => !isGenerated(fence)))("$place", (fence) =>
    expect(markFault(fence)).toBeUndefined(),
  );

  test("a mark that does not hold is seen", () => {
    const text = "npx canaryctl set-traffic 70 30 --now";
    expect(markFault({ mark: undefined, text })).toContain("says neither");
    expect(markFault({ mark: "executed by test/nowhere.ts", text })).toContain("there is no test/nowhere.ts");
    expect(markFault({ mark: "executed by test/e2e/03-weights.test.ts", text })).toContain("runs no --now");
    expect(markFault({ mark: "not executed: test/nowhere.ts does it", text })).toContain("there is no test/nowhere.ts");
    expect(markFault({ mark: "not executed: it needs a browser", text })).toBeUndefined();
  });
});

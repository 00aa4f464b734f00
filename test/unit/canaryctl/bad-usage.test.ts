import { readdirSync } from "node:fs";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import type { Command } from "commander";
import { leaveEnvironment, takeOwnCheckout } from "./own-checkout.ts";

const checkout = takeOwnCheckout({ dev: "config: {}\n", staging: "config: {}\n", prod: "config: {}\n" });
leaveEnvironment();
const { buildProgram, main } = await import("../../../canaryctl/src/main.ts");
const { parseOnly } = await import("./parse-only.ts");

afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs the command line in this process, which takes a tenth of the time of one of its own. @returns what it printed as errors */
async function errorsOf(...args: readonly string[]): Promise<string> {
  const texts: string[] = [];
  jest.spyOn(console, "error").mockImplementation((line: string) => void texts.push(`${line}\n`));
  jest.spyOn(process.stderr, "write").mockImplementation((text) => texts.push(String(text)) > 0);
  await main([process.execPath, "canaryctl", ...args]);
  return texts.join("");
}

test.each([
  [["set-traffic", "70"], /missing required argument/],
  [["set-traffic", "101", "-1"], /integer from 0 to 100/],
  [["set-traffic", "12.5", "87.5"], /integer from 0 to 100/],
  [["set-traffic", "abc", ""], /integer from 0 to 100/],
  [["create-canary"], /--image/],
  [["create-canary", "--image", "versioned-echo:v2", "--replicas", "0"], /integer from 1 to 50/],
  [["up", "--cluster", "moon"], /existing, kind, embedded/],
  [["status", "--traffic", "0"], /integer from 1 to 10000/],
  [["status", "--traffic", "--watch"], /--watch without --json and --traffic/],
  [["status", "--watch", "--json"], /--watch without --json and --traffic/],
  [["preview", "--json", "--markdown"], /two forms of one text/],
  [["preview", "--detailed-exitcode"], /with --markdown or --json/],
  [["preview", "--stack", "dev", "--stack", "prod"], /with --markdown or --json/],
  [["promote", "--now"], /--now with --reason/],
  [["promote", "--now", "--reason", " "], /--now with --reason/],
  [["rollback", "--vs", "other"], /--vs is "other"[\s\S]*versioned-echo-virtualservice/],
  [["rollback", "--host", "other"], /--host is "other"/],
  [["--ns", "other", "status"], /--ns is "other"/],
  [["--ns", "other", "down", "--all"], /--ns is "other"/],
  [["--ns", "other", "doctor"], /--ns is "other"[\s\S]*allowed: canary-lab/],
  [["--ns", "other", "history"], /--ns is "other"/],
  [["--ns", "other", "preview"], /--ns is "other"/],
  [["--ns", "other", "comment", "a.md"], /--ns is "other", and comment is about a text/],
  [["--stack", "dev", "comment", "a.md"], /--stack is "dev", and comment is about a text/],
  [["--ns", "", "up"], /'--ns <namespace>' argument '' is invalid/],
  [["--app", " ", "status"], /'--app <name>' argument ' ' is invalid/],
  [["--app", "other", "env"], /--app is "other"/],
  [["--ns", "other", "config", "set", "replicas", "3"], /--ns is "other"/],
  [["--stack", "../dev", "status"], /Invalid stack name/],
  [["stack", "new", "../qa"], /Invalid stack name/],
  [["stack", "new", "qa", "--from", "stagng"], /no stack stagng.*did you mean staging/],
  [["stack", "promote", "dev"], /missing required argument 'to'/],
  [["stack", "promote", "dev", "dev"], /are one stack/],
  [["stack", "new", "qa", "--from", "stagng"], /at: +--from\n.*\n +next: +npx canaryctl stack list/],
  [["stack", "promote", "dev", "prodd"], /no stack prodd.*did you mean prod/],
  [["stack", "promote", "dve", "prod"], /at: +the first stack\n.*\n +next: +npx canaryctl stack list/],
  [["stack", "promote", "dev", "prod", "--force", " "], /--force with a reason/],
  [["--stack", "qa", "stack", "new", "pr-1"], /--stack is "qa", and stack new takes the stack as an argument/],
  [
    ["stack", "promote", "dev", "prod", "--stack", "dev"],
    /and stack promote takes[\s\S]* next: +npx canaryctl stack promote --help/,
  ],
  [["stack", "new", "qa", "--ns", "team-a"], /--ns is "team-a"[\s\S]*allowed: --namespace/],
  [["stack", "promote", "dev", "prod", "--app", "shop"], /--app is "shop"/],
  [["--ns", "team-a", "stack", "list"], /--ns is "team-a"/],
  [["stack", "list", "--stack", "dev", "--stack", "prod"], /--stack names dev, prod/],
  [["stack", "list", "--stack", "../dev"], /Invalid stack name/],
  [["up", "--from", "dev"], /--from with --create/],
  [["--stack", "nope", "status"], /next: +npx canaryctl stack list\n +or: +npx canaryctl --stack nope up --create\n/],
  [["--stack", "stagng", "status"], /next: +npx canaryctl --stack staging status\n +or: +npx canaryctl stack list\n/],
  [["set-traffic", "60", "60"], /next: +npx canaryctl set-traffic 40 60\n/],
  [["faults", "stable", "--not-ready", "--none"], /next: +npx canaryctl faults stable --none\n/],
])("%j is bad usage", async (args, message) => {
  expect(await errorsOf(...args)).toMatch(message);
  expect(process.exitCode).toBe(2);
});

/** What stands behind `next:`, as the words of the command. */
const nextOf = (text: string): string => / {2}next: +npx canaryctl (.*)/.exec(text)?.[1] ?? "";

test.each([
  ["set-traffic 50", "set-traffic 50 50"],
  ["set-traffic 50/50", "set-traffic 50 50"],
  ["set-traffic 70% 30%", "set-traffic 70 30"],
  ["set-traffic 70% 30% --stack prod", "set-traffic 70 30 --stack prod"],
  ["set-traffic 70 / 30 --now", "set-traffic --help"],
  ["set-traffic", "set-traffic --help"],
  ["set-traffic 10", "set-traffic 90 10"],
  ["set-traffic 700 30", "set-traffic 70 30"],
  ["set-traffic 70% 40%", "set-traffic 60 40"],
  ["down qa", "down --help"],
  ["set-traffic 120 -20", "set-traffic 100 0"],
  ["--stack prod --app orders set-traffic", "set-traffic --help"],
  ["faults canray --none", "faults canary --none"],
  ["faults v2 --crash", "faults canary --crash"],
  ["faults v1 --crash", "faults stable --crash"],
  ["faults stable --error-rate 30", "faults stable --error-rate 0.3"],
  ["faults stable --error-rate=30%", "faults stable --error-rate=0.3"],
  ["faults canary --error-rate 0,3", "faults canary --error-rate 0.3"],
  ["faults canary --latency abc", "faults --help"],
  ["faults canary --latency 400ms", "faults canary --latency 400"],
  ["load --for 10", "load --for 10s"],
  ["statsu --json", "status --json"],
  ["stack lst", "stack list"],
  ["config st canaryWeight 30", "config set canaryWeight 30"],
  ["config rm", "config rm --help"],
  ["status prod", "--stack prod status"],
  ["status stagng", "--stack staging status"],
  ["rollback now", "rollback --help"],
  ["rollback --resaon late", "rollback --reason late"],
  ["rollback --reason", "rollback --help"],
  ["create-canary --replicas 3", "create-canary --replicas 3 --image versioned-echo:v2"],
  ["create-canary --image versioned-echo:v3 --replcas 99", "create-canary --image versioned-echo:v3 --replicas 50"],
  ["up --dry-run", "up --help"],
  ["kubeconfig", "kubeconfig --role mover"],
])("canaryctl %s: next is canaryctl %s", async (given, next) => {
  const text = await errorsOf(...given.split(" "));
  expect(nextOf(text)).toBe(next);
  expect(text).toMatch(/^error: .*\.\n {2}allowed: /);
  expect(process.exitCode).toBe(2);
  await parseOnly(next.split(" "));
});

/** Each command that does something, by its words. */
const leaves = ({ commands }: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] =>
  commands.flatMap((command) => {
    const words = [...path, command.name()];
    return command.commands.length > 0 ? leaves(command, words) : [[words.join(" "), command] as const];
  });

describe("whatever commander refuses has a cause, what is allowed and a next command that can be read", () => {
  test("of every command", async () => {
    const found = leaves(await buildProgram());
    expect(found.length).toBeGreaterThan(25);
    for (const [path, { options, registeredArguments }] of found) {
      const ofOptions = options
        .filter(({ required, variadic }) => required && !variadic)
        .map(({ long }) => `${path} ${long}`);
      const isMissing = registeredArguments.some(({ required }) => required);
      for (const line of [`${path} --nosuch`, `${path} a b c d e`, ...(isMissing ? [path] : []), ...ofOptions]) {
        if (line.endsWith("e") && registeredArguments.some(({ variadic }) => variadic)) continue;
        const text = await errorsOf(...line.split(" "));
        expect({ line, text }).toEqual({
          line,
          text: expect.stringMatching(/^error: .*\n {2}allowed: .*\n {2}next: /),
        });
        await parseOnly(nextOf(text).split(" "));
      }
    }
  });
});

test("an up that is refused leaves no file of the stack that it was to make", async () => {
  const before = readdirSync(checkout);
  const flags = ["--create", "--from", "dev", "--context", "theirs", "--cluster", "kind"];
  expect(await errorsOf("--stack", "pr-1", "up", ...flags)).toMatch(/--cluster kind is one that the lab makes/);
  expect(readdirSync(checkout)).toEqual(before);
});

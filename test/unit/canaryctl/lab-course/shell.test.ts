import { existsSync } from "node:fs";
import { until } from "@canary-lab/kit/until";
import { expect, test } from "@jest/globals";
import { bashShell, parseEnvironment } from "../../../../canaryctl/src/lab-course/shell.ts";

const { PATH = "" } = process.env;

test("a command's exit code and both of its streams are seen, in the order in which they were written", async () => {
  let printed = "";
  const shell = bashShell({ PATH }, (text) => {
    printed += text;
  });
  const ran = await shell.run("echo one; echo two >&2; echo three; false");
  expect(ran).toEqual({ exitCode: 1, output: "one\ntwo\nthree" });
  expect(printed).toBe("one\ntwo\nthree\n");
});

test("what a command sets in the environment is there for the next one", async () => {
  const shell = bashShell({ PATH, KEPT: "1", GONE: "2" }, () => {});
  await shell.run("export NEW='a b\nc'; unset GONE; local=3");
  expect((await shell.run('echo "$KEPT-$GONE-$NEW-$local"')).output).toBe("1--a b\nc-");
});

test("a command that ends the shell leaves the environment as it was", async () => {
  const shell = bashShell({ PATH, KEPT: "1" }, () => {});
  expect(await shell.run("KEPT=2; exit 7")).toEqual({ exitCode: 7, output: "" });
  expect((await shell.run("echo $KEPT")).output).toBe("1");
});

test("what goes on beside the others is ended with all that it has started", async () => {
  let printed = "";
  const shell = bashShell({ PATH }, (text) => {
    printed += text;
  });
  shell.start("sleep 300 & echo $!; wait");
  while (!/\d+\n/.test(printed)) await shell.run("true");
  await shell.end();
  const isGone = async () => !existsSync(`/proc/${Number(printed)}`);
  expect(await until(isGone, { seconds: 5, everyMilliseconds: 20 })).toBe(true);
});

test("parseEnvironment keeps values with equals signs and line breaks", () => {
  expect(parseEnvironment("A=1\0B=x=y\nz\0C=\0")).toEqual({ A: "1", B: "x=y\nz", C: "" });
});

test("what goes on beside the others prints elsewhere, and after the end nothing is run", async () => {
  const printed = { here: "", beside: "" };
  const shell = bashShell(
    { PATH },
    (text) => {
      printed.here += text;
    },
    (text) => {
      printed.beside += text;
    },
  );
  shell.start("echo beside; sleep 300");
  while (printed.beside === "") await shell.run("echo here");
  await shell.end();
  expect(printed.beside).toBe("beside\n");
  expect(printed.here).toMatch(/^(here\n)+$/);
  const before = printed.here;
  expect(await shell.run("echo more")).toEqual({ exitCode: -1, output: "" });
  expect(printed.here).toBe(before);
});

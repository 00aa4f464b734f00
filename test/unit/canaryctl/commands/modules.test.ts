import { expect, test } from "@jest/globals";
import { commandNames } from "../../../../canaryctl/src/commands/modules.ts";
import { buildProgram } from "../../../../canaryctl/src/main.ts";

const names = async (...words: readonly string[]) => (await buildProgram(words)).commands.map((one) => one.name());

test.each([[[]], [["--help"]], [["help", "rollback"]], [["rolback"]], [["--stack"]], [["--stack", "rollback"]]])(
  "%j names no command, and all are there",
  async (words) => expect(await names(...words)).toEqual(commandNames),
);

test("of what the words name, only that is loaded, wherever the flags stand", async () => {
  for (const name of commandNames) expect(await names(name)).toContain(name);
  expect(await names("rollback", "--help")).toEqual(["rollback"]);
  expect(await names("--stack", "status", "rollback")).toEqual(["rollback"]);
  expect(await names("--stack=up", "--app", "down", "set-traffic", "101", "-1", "--ns", "env")).toEqual([
    "set-traffic",
  ]);
  expect(await names("stack", "promote", "dev", "prod")).toEqual(["stack"]);
});

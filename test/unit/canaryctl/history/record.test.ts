import { expect, test } from "@jest/globals";
import { LabCommand } from "../../../../canaryctl/src/command-line/command.ts";
import { Recording } from "../../../../canaryctl/src/history/record.ts";
import { buildProgram } from "../../../../canaryctl/src/main.ts";

/** The names of all commands that take a reason. */
const withReason = async () =>
  (await buildProgram()).commands
    .filter(({ options }) => options.some(({ long }) => long === "--reason"))
    .map((command) => command.name());

test("whatever moves or releases takes a reason and is recorded, and what only looks is not", async () => {
  expect((await withReason()).toSorted()).toEqual(
    ["abort", "create-canary", "delete-canary", "promote", "retry", "rollback", "set-traffic", "undo", "up"].toSorted(),
  );
  const recorded = (await buildProgram()).commands.filter((command) => Recording.of(command) !== undefined);
  const ofGroups = (await buildProgram()).commands.flatMap(({ commands }) => commands);
  expect(ofGroups.map((command) => command.name())).toContain("promote"); // of images, between stacks
  expect(ofGroups.filter((command) => Recording.of(command))).toEqual([]);
  expect(recorded.map((command) => command.name()).toSorted()).toEqual((await withReason()).toSorted());
});

test("a walk by the judge records each of its acts by itself, and not the command as a whole", async () => {
  const [promote] = (await buildProgram(["promote"])).commands;
  expect(promote && Recording.of(promote)).toBeDefined();
  promote?.setOptionValue("judge", true);
  expect(promote && Recording.of(promote)).toBeUndefined();
});

test("a command that has moved nothing leaves no entry", async () => {
  const [command] = (await buildProgram(["rollback"])).commands;
  const recording = command && Recording.of(command);
  if (command instanceof LabCommand) command.hasMoved = false;
  const said: string[] = [];
  await recording?.end((line) => said.push(line));
  expect(said).toEqual([]);
});

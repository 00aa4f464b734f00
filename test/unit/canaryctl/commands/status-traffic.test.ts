import { expect, test } from "@jest/globals";
import { parseOnly } from "../parse-only.ts";

test.each([
  [["--traffic"], true],
  [["--traffic", "--json"], true],
  [["--traffic", "500"], 500],
  [[], undefined],
])("status %j measures by that many requests, or by as many as up", async (flags, requests) => {
  const program = await parseOnly(["status", ...flags]);
  const status = program.commands.find((command) => command.name() === "status");
  expect(status?.opts().traffic).toBe(requests);
});

import { expect, test } from "@jest/globals";
import { measuredRequests } from "../../../../canaryctl/src/traffic/measured-requests.ts";
import { parseOnly } from "../parse-only.ts";

test.each([
  [["--traffic"], measuredRequests],
  [["--traffic", "--json"], measuredRequests],
  [["--traffic", "500"], 500],
  [[], undefined],
])("status %j measures by that many requests", async (flags, requests) => {
  const program = await parseOnly(["status", ...flags]);
  const status = program.commands.find((command) => command.name() === "status");
  expect(status?.opts().traffic).toBe(requests);
});

import { expect, test } from "@jest/globals";
import { prepareProcess } from "../../../../canaryctl/src/ui/act-process.ts";

test("an act is the command itself, with its refusal and its exit code", async () => {
  const lines: string[] = [];
  const ended = await prepareProcess().run(["--stack", "nowhere", "rollback"], (line) => lines.push(line));
  expect(ended).toEqual({ exitCode: 2 });
  expect(lines).toEqual([
    expect.stringMatching(/^error: There is no stack nowhere: /),
    "  at:      --stack",
    expect.stringMatching(/^ {2}allowed: /),
    "  next:    npx canaryctl stack list",
    "  or:      npx canaryctl --stack nowhere up --create",
    "  more:    docs/errors/usage.md",
  ]);
}, 60_000);

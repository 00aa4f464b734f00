import { expect, test } from "@jest/globals";
import { run } from "../../../../canaryctl/src/commands/faults.ts";
import { parseOnly } from "../parse-only.ts";

/** What the command line says is refused before any lab is asked. */
async function refusal(...words: readonly string[]): Promise<unknown> {
  const command = (await parseOnly(["faults", "canary", ...words])).commands.find((each) => each.name() === "faults");
  if (!command) throw new Error("no command");
  return run("canary", command).catch((error: unknown) => error);
}

test.each([
  [
    ["--none", "--error-rate", "0.3"],
    "--none takes the faults away, and others are named.",
    "npx canaryctl faults canary --none",
  ],
  [
    ["--json", "--latency", "400"],
    "--json tells what is set, and faults are to be set.",
    "npx canaryctl faults canary --json",
  ],
  [["--json", "--none"], "--json tells what is set, and faults are to be set.", "npx canaryctl faults canary --json"],
])("%j contradicts itself", async (words, message, next) => {
  expect(await refusal(...words)).toMatchObject({ kind: "usage", message, next });
});

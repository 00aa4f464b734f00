import type { Command } from "commander";
import { examples, wholeNumber } from "../arguments.ts";

export function addHistory(program: Command): void {
  program
    .command("history")
    .description("list releases and moves, the newest first: who, when, from, to, why")
    .option("--last <entries>", "show this many, 1..200", wholeNumber(1, 200))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
The cluster keeps the last 200, in the ConfigMap APP-history. The engine keeps the command line with each update: pulumi stack history.
${examples("canaryctl history", "canaryctl history --last 5 --json", "canaryctl rollback --reason 'errors at checkout'")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../history.ts")).run(command));
}

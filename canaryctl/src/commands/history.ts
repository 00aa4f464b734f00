import type { Command } from "commander";
import { asDeployed } from "../deployed.ts";
import { changeText, type HistoryEntry, sourceText } from "../history/entry.ts";
import { readHistory } from "../history/store.ts";
import { openForRollback } from "../lab.ts";
import { examples, print, table } from "../print.ts";
import { optionsOf, wholeNumber } from "./arguments.ts";

interface HistoryOptions {
  readonly json?: boolean;
  readonly last?: number;
}

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
    .action(async (_options: unknown, command: Command) => {
      const { json, last, ...options } = optionsOf<HistoryOptions>(command);
      const { cluster, config } = await asDeployed(openForRollback(options));
      const entries = (await readHistory(cluster, config)).slice(0, last);
      print(json ? [JSON.stringify(entries, null, 2)] : historyText(entries));
    });
}

export function historyText(entries: readonly HistoryEntry[]): readonly string[] {
  if (entries.length === 0) return ["Nothing has been released or moved yet."];
  const rows = entries.map(({ at, who, command, from, to, why, source, failed }) => {
    const change = changeText(from, to);
    const told = [why, source && sourceText(source), failed === undefined ? undefined : `failed: ${failed}`];
    return [at.replace(/\.\d+Z$/, "Z"), who, command, change.from, change.to, told.filter(Boolean).join("; ")];
  });
  return table([["when", "who", "command", "from", "to", "why"], ...rows]);
}

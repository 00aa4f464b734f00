import type { Command } from "commander";
import type { HistoryEntry } from "../../../stacks/history-entry.ts";
import { asDeployed } from "../deployed.ts";
import { changeText, sourceText } from "../history/entry.ts";
import { readHistory } from "../history/store.ts";
import { openForRollback } from "../lab.ts";
import { print, table } from "../print.ts";
import { optionsOf } from "./arguments.ts";

interface HistoryOptions {
  readonly json?: boolean;
  readonly last?: number;
}

export async function run(command: Command): Promise<void> {
  const { json, last, ...options } = optionsOf<HistoryOptions>(command);
  const { cluster, config } = await asDeployed(openForRollback(options));
  const entries = (await readHistory(cluster, config)).slice(0, last);
  print(json ? [JSON.stringify(entries, null, 2)] : historyText(entries));
}

export function historyText(entries: readonly HistoryEntry[]): readonly string[] {
  if (entries.length === 0) return ["Nothing has been released or moved yet."];
  const rows = entries.map((entry) => {
    const { at, who, account, command, why, source, failed } = entry;
    const change = changeText(entry);
    const told = [why, source && sourceText(source), failed === undefined ? undefined : `failed: ${failed}`];
    return [
      at.replace(/\.\d+Z$/, "Z"),
      account ? `${who} as ${account}` : who,
      command,
      change.from,
      change.to,
      told.filter(Boolean).join("; "),
    ];
  });
  return table([["when", "who", "command", "from", "to", "why"], ...rows]);
}

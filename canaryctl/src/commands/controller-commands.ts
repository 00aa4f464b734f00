import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { optionsOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export async function run(name: "abort" | "retry" | "undo", command: Command): Promise<void> {
  const lab = openLab(optionsOf(command));
  print([await runMove(await openMove(lab), (strategy, move) => strategy[name](move, say))]);
}

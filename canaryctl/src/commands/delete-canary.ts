import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { optionsOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export async function run(command: Command): Promise<void> {
  const move = await openMove(openLab(optionsOf(command)));
  print([await runMove(move, (strategy, lab) => strategy.deleteCanary(lab, say))]);
}

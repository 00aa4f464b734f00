import type { LabCommand } from "../command-line/command.ts";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { hasMoved } from "../strategies/nothing.ts";
import { openMove } from "../strategies/table.ts";
import { optionsOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export async function run(command: LabCommand): Promise<void> {
  const move = await openMove(openLab(optionsOf(command)));
  const done = await runMove(move, (strategy, lab) => strategy.deleteCanary(lab, say));
  command.hasMoved = hasMoved(done);
  print([done]);
}

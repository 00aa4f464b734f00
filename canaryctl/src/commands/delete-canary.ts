import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { optionsOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export function addDeleteCanary(program: Command): void {
  program
    .command("delete-canary")
    .description("remove the canary's pods; refused while any traffic still reaches them")
    .addHelpText("after", examples("canaryctl rollback && canaryctl delete-canary"))
    .action(async (_options: unknown, command: Command) => {
      const move = await openMove(openLab(optionsOf(command)));
      print([await runMove(move, (strategy, lab) => strategy.deleteCanary(lab, say))]);
    });
}

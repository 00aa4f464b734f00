import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { strategyOf } from "../strategies/table.ts";
import { optionsOf } from "./arguments.ts";

export function addDeleteCanary(program: Command): void {
  program
    .command("delete-canary")
    .description("remove the canary's pods; refused while any traffic still reaches them")
    .addHelpText("after", examples("canaryctl rollback && canaryctl delete-canary"))
    .action(async (_options: unknown, command: Command) => {
      const lab = openLab(optionsOf(command));
      print([await (await strategyOf(lab)).deleteCanary(lab, say)]);
    });
}

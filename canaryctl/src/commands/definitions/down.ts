import type { Command } from "commander";
import { examples } from "../arguments.ts";

export function addDown(program: Command): void {
  program
    .command("down")
    .description(
      "take the lab down: the stack, then the cluster where the lab made it; the built tools stay in the user's cache folder",
    )
    .option("--all", "take every stack of this checkout, where others would go with the cluster, too")
    .option("--forget", "forget a stack whose cluster is gone, and leave alone what may still be there")
    .addHelpText("after", examples("canaryctl down", "canaryctl --stack prod down", "canaryctl down --all"))
    .action(async (_options: unknown, command: Command) => (await import("../down.ts")).run(command));
}

import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { examples } from "../print.ts";
import { optionsOf } from "./arguments.ts";

export function addPreview(program: Command): void {
  program
    .command("preview")
    .description("show what `up` would change in the cluster, value by value, and change nothing")
    .addHelpText("after", examples("canaryctl preview", "pulumi config set canaryWeight 30 && canaryctl preview"))
    .action(async (_options: unknown, command: Command) => {
      const lab = openLab(optionsOf(command));
      lab.mustBeNamed?.(lab.config);
      await lab.engine.preview();
    });
}

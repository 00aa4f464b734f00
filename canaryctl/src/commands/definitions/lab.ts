import type { Command } from "commander";
import { examples } from "../arguments.ts";

export function addLab(program: Command): void {
  program
    .command("lab")
    .description("the course in labs/: list its exercises, or go through one step by step")
    .argument("[number]", "the exercise")
    .addHelpText(
      "after",
      `
Shows a step up to its next commands and waits for a key: Enter runs them here, n goes on where you ran them in another terminal.
c asks the cluster and the traffic whether it is done, h gives a hint, q quits, names what the lab has left changed, and
goes on from there the next time. It needs a terminal: the pages can be read, and their commands typed, without it.
${examples("canaryctl lab", "canaryctl lab 3")}`,
    )
    .action(async (number: string | undefined) => {
      const { list, run } = await import("../lab.ts");
      await (number === undefined ? list() : run(number));
    });
}

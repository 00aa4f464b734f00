import type { Command } from "commander";
import { examples, wholeNumber } from "../arguments.ts";

export function addLab(program: Command): void {
  program
    .command("lab")
    .description("the course in labs/: list its exercises, or go through one step by step")
    .argument("[number]", "the exercise", wholeNumber(1, 99))
    .addHelpText(
      "after",
      `
Shows a step and waits: Enter runs its commands here, or you run them in another terminal. c asks the cluster and the traffic
whether it is done, h gives a hint, q quits; the next time it goes on from there. It needs a terminal: the pages
can be read, and their commands typed, without it.
${examples("canaryctl lab", "canaryctl lab 3")}`,
    )
    .action(async (number: number | undefined) => {
      const { list, run } = await import("../lab.ts");
      await (number === undefined ? list() : run(number));
    });
}

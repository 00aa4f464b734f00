import type { Command } from "commander";
import { examples } from "../arguments.ts";

export function addCost(program: Command): void {
  program
    .command("cost")
    .description("say what the canary, the mesh and monitoring ask for and use, and what that costs")
    .option("--json", "print JSON: CPUs, bytes, and the currency of the config's prices")
    .addHelpText(
      "after",
      `
CPU and memory are what the containers that run ask for, times the config's prices. It is an estimate: nodes, disks, traffic and a
provider's rounding are not in it. On a shared platform, its parts are those of all stacks.
${examples("canaryctl cost", "canaryctl cost --json", `canaryctl config set prices '{"cpuHour": 0.03, "gibHour": 0.004, "currency": "EUR"}'`)}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../cost.ts")).run(command));
}

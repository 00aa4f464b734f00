import { Argument, type Command } from "commander";
import { maxLatencyMilliseconds } from "../../../../apps/versioned-echo/src/faults.ts";
import { versions } from "../../../../components/names.ts";
import type { LabCommand } from "../../command-line/command.ts";
import { examples, share, wholeNumber } from "../arguments.ts";

/** The versions by which pods, and answers, name their side. */
const sides: Readonly<Record<string, string>> = { [versions.stable]: "stable", [versions.canary]: "canary" };

export function addFaults(program: LabCommand): void {
  program
    .command("faults")
    .meaning(([side = ""]) => (Object.hasOwn(sides, side) ? [sides[side] ?? ""] : undefined))
    .description(
      "break the pods of one side on purpose, heal them, or tell what is set: to see what the judge and Kubernetes make of it",
    )
    .addArgument(new Argument("<side>", "whose pods").choices(["stable", "canary"]))
    .option("--error-rate <share>", "that share of the answers is 500, 0 to 1", share)
    .option(
      "--latency <milliseconds>",
      `each answer comes so much later, 0 to ${maxLatencyMilliseconds}`,
      wholeNumber(0, maxLatencyMilliseconds),
    )
    .option("--not-ready", "the readiness probe fails")
    .option("--crash", "the process ends, once")
    .option("--none", "healthy again")
    .option("--json", "what is set in each pod, as JSON")
    .addHelpText(
      "after",
      `
For versioned-echo alone, the lab's own service. Each call that sets a fault says all of it: what it does not name is healthy. Without
an option it tells what is set in each pod. Pods that start later are healthy.
${examples("canaryctl faults canary", "canaryctl faults canary --error-rate 0.3", "canaryctl faults canary --latency 400", "canaryctl faults canary --none")}`,
    )
    .action(async (side: "stable" | "canary", _options: unknown, command: Command) =>
      (await import("../faults.ts")).run(side, command),
    );
}

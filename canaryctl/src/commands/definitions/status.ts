import type { Command } from "commander";
import { measuredRequests } from "../../traffic/measured-requests.ts";
import { examples, wholeNumber } from "../arguments.ts";

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("show the weights wanted and live, the pods, how far a release is, and who moves the traffic")
    .option(
      "--traffic [requests]",
      `also send this many requests through the mesh, 1..10000 (${measuredRequests}), and show the split seen`,
      wholeNumber(1, 10_000),
    )
    .option("--watch", "show it again and again, until the release ends, waits for a person, or you press Ctrl-C")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
--watch: one block on a terminal, a line for each change elsewhere. Exit code: 0 where the release is finished or waits for a person, 1
where it is aborted or has failed, 130 after Ctrl-C, which stops nothing but the watching. Where you move the traffic nothing ends by itself.
${examples("canaryctl status", "canaryctl status --watch", "canaryctl status --traffic", "canaryctl status --traffic 1000", "canaryctl status --json")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../status.ts")).run(command));
}
